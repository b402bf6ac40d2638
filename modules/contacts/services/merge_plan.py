"""What merging two parties would do, field by field, before anybody does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.companies import fetch, visible
from core.errors import RuleBroken
from core.security.models import User
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Activity, ExternalIdentity, Merge, Party, TimelineEntry
from modules.contacts.services.copying import missing_belongings
from modules.contacts.services.whole import in_erps

#: Fields of a party one chooses between.
FIELDS = ("name", "kind", "number", "tax_id", "language", "owner_id", "note")


class Side(StrEnum):
    KEPT = "kept"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One field: both values as people read them, and which one is proposed."""

    field: str
    kept: str
    other: str
    proposed: Side

    @property
    def differs(self) -> bool:
        return self.kept != self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class InErp:
    connection: str
    external_id: str
    #: The kept party takes over this id; else the ERP knows both, and this one is an alias.
    goes_along: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    kept: Party
    other: Party
    choices: Sequence[Choice]
    #: How many of each the kept party gets: ``addresses``, ``timeline`` ...
    brings: Mapping[str, int]
    in_erps: Sequence[InErp]


def plan_merge(work: UnitOfWork, kept_id: UUID, other_id: UUID) -> MergePlan:
    """What merging would do; nothing is written. Raise RuleBroken where it can not be."""
    kept, other = both(work, kept_id, other_id)
    return MergePlan(
        kept=kept,
        other=other,
        choices=[choice_of(work, name, kept, other) for name in FIELDS],
        brings={**missing_belongings(work, kept, other), **_counted(work, other)},
        in_erps=_in_erps(work, kept_id, other_id),
    )


def merges_into(work: UnitOfWork, party_id: UUID) -> list[tuple[Merge, str]]:
    """Those that hold now, with the name of who was merged; the newest first."""
    held = (
        select(Merge, Party.name)
        .join(Party, Party.id == Merge.merged_id)
        .where(Merge.kept_id == party_id, Merge.undone_at.is_(None))
        .order_by(Merge.merged_at.desc(), Merge.id)
        .limit(50)
    )
    return [(row[0], row[1]) for row in work.session.execute(visible(work, held))]


def merge_of(work: UnitOfWork, party_id: UUID) -> tuple[Merge, str] | None:
    """How a party became part of another, and that one's name; None: it stands by itself."""
    held = (
        select(Merge, Party.name)
        .join(Party, Party.id == Merge.kept_id)
        .where(Merge.merged_id == party_id, Merge.undone_at.is_(None))
    )
    row = work.session.execute(visible(work, held)).one_or_none()
    return None if row is None else (row[0], row[1])


def both(
    work: UnitOfWork, kept_id: UUID, other_id: UUID, *, lock: bool = False
) -> tuple[Party, Party]:
    if kept_id == other_id:
        raise RuleBroken(_("Choose two different parties."))
    # In one order for everybody, so that two merges of the same two can not wait for each other.
    found = {key: fetch(work, Party, key, lock=lock) for key in sorted((kept_id, other_id))}
    for party in found.values():
        if party.merged_into_id is not None:
            raise RuleBroken(_("%(name)s is part of another party already.", name=party.name))
    if len({party.company_id for party in found.values()}) > 1:
        raise RuleBroken(_("Parties of two companies can not be one."))
    return found[kept_id], found[other_id]


def choice_of(work: UnitOfWork, name: str, kept: Party, other: Party) -> Choice:
    here, there = (_words(work, name, getattr(party, name)) for party in (kept, other))
    return Choice(
        field=name, kept=here, other=there, proposed=Side.KEPT if here or not there else Side.OTHER
    )


def _words(work: UnitOfWork, name: str, value: Any) -> str:
    if name == "owner_id" and value is not None:
        return work.session.get_one(User, value).name
    return "" if value is None else str(value)


def _counted(work: UnitOfWork, other: Party) -> dict[str, int]:
    columns = {
        "timeline": TimelineEntry.party_id,
        "next_steps": Activity.party_id,
        "identities": ExternalIdentity.party_id,
    }
    return {
        name: work.session.scalar(select(func.count(column)).where(column == other.id)) or 0
        for name, column in columns.items()
    }


def _in_erps(work: UnitOfWork, kept_id: UUID, other_id: UUID) -> list[InErp]:
    known = {row.connection for row in in_erps(work, kept_id)}
    return [
        InErp(
            connection=row.connection,
            external_id=row.external_id or "",
            goes_along=row.connection not in known,
        )
        for row in in_erps(work, other_id)
    ]
