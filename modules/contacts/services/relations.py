"""Who works for, reports to, buys for or influences whom."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from core.companies import fetch
from core.errors import Invalid
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.events import PartyMerged
from modules.contacts.models import Party, PartyRelation
from modules.contacts.rules import RelationFields, RelationKind, clean_relation
from modules.contacts.services.following import move_records
from modules.contacts.services.parties import changed

#: Both ends of a relation.
RELATED = (PartyRelation.party_id, PartyRelation.other_id)


def add_relation(
    work: UnitOfWork, party_id: UUID, other_id: UUID, fields: RelationFields
) -> PartyRelation:
    """``party_id`` works for, reports to ... ``other_id``, which must be of the same company."""
    party = fetch(work, Party, party_id)
    tidy = clean_relation({"kind": RelationKind.WORKS_FOR, **fields})
    other = _other(work, party, other_id)
    _check_new(work, (party.id, other.id), tidy["kind"])
    relation = PartyRelation(
        company_id=party.company_id, party_id=party.id, other_id=other.id, **tidy
    )
    work.session.add(relation)
    work.session.flush()
    changed(work, party, "relations")
    return relation


def remove_relation(work: UnitOfWork, relation_id: UUID) -> None:
    relation = fetch(work, PartyRelation, relation_id)
    party = fetch(work, Party, relation.party_id)
    work.session.delete(relation)
    changed(work, party, "relations")


def hand_relations(work: UnitOfWork, event: PartyMerged) -> None:
    """All but those the kept party has already, and one between the two."""
    for mine, others in (RELATED, RELATED[::-1]):
        same = aliased(PartyRelation)
        held = exists().where(
            getattr(same, mine.key) == event.kept_id,
            getattr(same, others.key) == others,
            same.kind == PartyRelation.kind,
        )
        moving = select(PartyRelation.id).where(
            mine == event.merged_id, others != event.kept_id, ~held
        )
        move_records(work, event, mine, moving)


def _other(work: UnitOfWork, party: Party, other_id: UUID) -> Party:
    other = work.session.get(Party, other_id)
    if other is None or other.company_id != party.company_id:
        raise _wrong(_("There is no such party."))
    if other.id == party.id:
        raise _wrong(_("A party can not be related to itself."))
    return other


def _check_new(work: UnitOfWork, pair: tuple[UUID, UUID], kind: RelationKind) -> None:
    there = select(PartyRelation.id).where(
        PartyRelation.party_id == pair[0],
        PartyRelation.other_id == pair[1],
        PartyRelation.kind == kind,
    )
    if work.session.scalar(there) is not None:
        raise _wrong(_("They are related so already."))


def _wrong(problem: str) -> Invalid:
    return Invalid(_("Please look at the marked fields."), fields={"other_id": problem})
