"""Who saves a record says which version of it they have read."""

from __future__ import annotations

from core.db.base import Editable
from core.errors import Stale
from core.web.i18n import gettext as _


def check_version(record: Editable, read: int | None) -> None:
    """Raise Stale unless ``read`` is the version of ``record``; None: the caller did not look.

    Lock the record first: what was compared before the lock may be old by then.
    """
    if read is not None and read != record.version:
        raise Stale(_("Somebody else saved this record in the meantime."))
