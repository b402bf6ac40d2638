"""Who is told, and from when on: one row of settings that admins change on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.alerts.models import AlertRules
from core.db.upsert import insert_into
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
    # The row is there before it is locked: of two first saves at once the second is stale, too.
    insert = insert_into(AlertRules, work.session).values(id=_ONLY, version=0)
    work.session.execute(insert.on_conflict_do_nothing())
    kept = work.session.get_one(AlertRules, _ONLY, with_for_update=True, populate_existing=True)
    if version != kept.version:
        raise Stale(_("Somebody else saved this in the meantime."))
    for name, value in values.items():
        setattr(kept, name, value)
    if secret:
        kept.sealed = vault.seal(secret)
    work.session.flush()
