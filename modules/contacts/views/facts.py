"""A party's facts as its page shows them: each with the system that says so, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.sync.merge.lists import OpenConflict
from core.web.i18n import gettext as _
from core.work import OURSELVES
from modules.contacts import words
from modules.contacts.rules import PartyFields
from modules.contacts.services.whole import WholeParty


@dataclass(frozen=True, slots=True)
class Fact:
    """``source`` None: only we know it. ``theirs``: the other side's value where it differs.

    ``conflict``: both sides changed it, and nobody has chosen yet.
    """

    name: str
    label: str
    value: str
    source: str | None = None
    observed_at: datetime | None = None
    theirs: str = ""
    conflict: OpenConflict | None = None


def facts(whole: WholeParty) -> list[Fact]:
    party = whole.party
    shared = [
        ("name", _("Name"), party.name),
        ("kind", _("Kind"), _(words.KINDS[party.kind])),
        ("number", _("Number"), party.number or ""),
        ("tax_id", _("Tax id"), party.tax_id or ""),
    ]
    asked = {conflict.field: conflict for conflict in whole.conflicts}
    return [
        *(
            Fact(name, label, value, *_mark(whole, name), asked.get(name))
            for name, label, value in shared
        ),
        Fact("language", _("Language"), party.language or ""),
        Fact("owner", _("Owner"), whole.owner or ""),
    ]


def _mark(whole: WholeParty, name: str) -> tuple[str | None, datetime | None, str]:
    """Of the ERP that said it; with its own value where ours is another."""
    ours = getattr(whole.party, name)
    for erp in whole.in_erps:
        said = (erp.said or {}).get(name)
        if said is not None:
            return erp.connection, erp.observed_at, "" if said == ours else str(said)
    if whole.party.source != OURSELVES and ours:
        return whole.party.source, whole.party.observed_at, ""
    return None, None, ""


def stored_values(whole: WholeParty) -> dict[str, Any]:
    """As the form of a party takes them."""
    names: Iterator[str] = iter(PartyFields.__annotations__)
    values = {name: getattr(whole.party, name) for name in names}
    return {**values, **{f"is_{role}": role in whole.roles for role in words.ROLES}}
