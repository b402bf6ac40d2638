"""Who is told, and from when on: one row of settings that admins change on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.alerts.models import AlertRules
from core.errors import Stale
from core.security.vault import Vault
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: The one row's key.
_ONLY = UUID(int=1)


def rules(work: UnitOfWork) -> AlertRules:
    """As they are; those of a new installation where nobody changed them yet."""
    found = work.session.get(AlertRules, _ONLY)
    return found or AlertRules(
        id=_ONLY, recipients=[], webhook_url="", sealed=None, version=0,
        lag_minutes=15, away_minutes=5, stopped_records=1,
    )  # fmt: skip


def change(
    work: UnitOfWork, values: Mapping[str, Any], *, secret: str, vault: Vault, version: int
) -> None:
    """``version`` is what the form showed; 0 before the first change. An empty secret stays."""
    kept = work.session.get(AlertRules, _ONLY, with_for_update=True)
    if version != (kept.version if kept else 0):
        raise Stale(_("Somebody else saved this in the meantime."))
    kept = kept or AlertRules(id=_ONLY)
    work.session.add(kept)
    for name, value in values.items():
        setattr(kept, name, value)
    if secret:
        kept.sealed = vault.seal(secret)
    work.session.flush()
