"""Plans as people read them: what they are for, where they stand, what would change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from core.sync.models import PlanAction, PlanPurpose, PlanState
from core.web.atoms import Chip
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Tone

_ITEM = Row[*tuple[Any, ...]]
_FIELD = Markup("<b>{}</b> {}")
_ARROW = Markup(' <span role="img" aria-label="{}">→</span> ')

PURPOSES = {
    PlanPurpose.FIRST_LOAD: lazy("First sync"),
    PlanPurpose.MANUAL: lazy("A sync now"),
    PlanPurpose.BACKFILL: lazy("Everything once more"),
    PlanPurpose.SWEEP: lazy("Deletions"),
    PlanPurpose.GUARD: lazy("Much at once"),
    PlanPurpose.MAPPING: lazy("Values translated anew"),
}
PURPOSE_HELP = {
    PlanPurpose.FIRST_LOAD: lazy(
        "What the first reading of the ERP would bring. Nothing is read in until it is approved."
    ),
    PlanPurpose.MANUAL: lazy("What has changed in the ERP and was not read yet."),
    PlanPurpose.BACKFILL: lazy("All records of these kinds, read again from the start."),
    PlanPurpose.SWEEP: lazy(
        "These are no longer in the ERP, and they are too many to delete without asking."
    ),
    PlanPurpose.GUARD: lazy(
        "The ERP has more new records, or more changed amounts, than is usual. Nothing more of"
        " this kind is read in until this plan, or a later sync now, is approved."
    ),
    PlanPurpose.MAPPING: lazy("All records again, since values are translated differently now."),
}
STATES = {
    PlanState.COMPUTING: Chip(lazy("Being computed"), Tone.BLUE),
    PlanState.READY: Chip(lazy("Waits for a decision"), Tone.AMBER),
    PlanState.RUNNING: Chip(lazy("Under way"), Tone.BLUE),
    PlanState.DONE: Chip(lazy("Done"), Tone.GREEN),
    PlanState.REJECTED: Chip(lazy("Rejected")),
    PlanState.FAILED: Chip(lazy("Failed"), Tone.RED),
    PlanState.EXPIRED: Chip(lazy("Expired")),
}
ACTIONS = {
    PlanAction.CREATE: Chip(lazy("Create"), Tone.GREEN),
    PlanAction.CHANGE: Chip(lazy("Change"), Tone.BLUE),
    PlanAction.SAME: Chip(lazy("Same")),
    PlanAction.DELETE: Chip(lazy("Delete"), Tone.RED),
}


def change_words(row: _ITEM) -> Markup:
    """``name: Acme → Acme AG``, a line per field."""
    return Markup('<span class="reason">{}</span>').format(Markup("<br>").join(_changes(row)))


def _changes(row: _ITEM) -> Iterator[Markup]:
    before, after = row.before or {}, row.after or {}
    for name in sorted({*before, *after}):
        values = [one for one in (_plain(before.get(name)), _plain(after.get(name))) if one]
        if values:
            yield _FIELD.format(name.replace("_", " "), _ARROW.format(_("becomes")).join(values))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part)
    return "" if value is None else str(value)
