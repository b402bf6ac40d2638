"""Versions on the wire: a record's version is its ETag, and ``If-Match`` names the one read."""

from __future__ import annotations

from typing import Any

from flask import request

from core.db.base import Editable
from core.errors import Invalid, Stale
from core.web.i18n import gettext as _


class StaleMatch(Stale):
    """What ``If-Match`` names is not what stands there now (RFC 9110 13.1.1)."""

    http_status = 412


def etag_of(record: Any) -> str | None:
    """None for what has no version."""
    version = getattr(record, "version", None)
    return f'"{version}"' if isinstance(version, int) else None


def check_if_match(record: Editable) -> None:
    """Raise StaleMatch when the caller read another version than ``record`` has now.

    A caller that sends no ``If-Match`` does not care.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    try:
        read = int(wanted.strip().removeprefix('"').removesuffix('"'))
    except ValueError as error:
        raise Invalid(
            _("If-Match does not hold an ETag of this record."),
            fields={"If-Match": _('Not a version like "3".')},
        ) from error
    if read != record.version:
        raise StaleMatch(_("Somebody else saved this record in the meantime."))
