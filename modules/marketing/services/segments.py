"""Segments: made, counted, explained; lists with the people on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal_column, select

from core.api.listing import Count, Listing
from core.companies import fetch, home, visible
from core.db.upsert import insert_into
from core.errors import Forbidden, Invalid
from core.ids import new_id
from core.traits import Trait
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.marketing.events import SegmentEntered
from modules.marketing.models import Segment, SegmentMember
from modules.marketing.rules.conditions import Condition, Node, names, read
from modules.marketing.services.matching import (
    facts_of,
    known_traits,
    matching,
    where,
)

#: Not archived, and not merged into another.
CURRENT = and_(Party.active, Party.merged_into_id.is_(None))
#: A count beyond this is "more than".
_CAP = 50_000
#: People put onto a list in one request.
_MOST = 5_000

SEGMENTS = Listing(
    name="segments",
    statement=select(
        Segment.id,
        Segment.name,
        Segment.note,
        Segment.is_list,
        Segment.active,
        Segment.updated_at,
        Segment.company_id,
    ),
    sorts={"name": Segment.name, "updated_at": Segment.updated_at},
    default="name",
    filters={"active": Segment.active, "is_list": Segment.is_list},
    search=lambda text: Segment.name.icontains(text.strip(), autoescape=True),
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition for one person: whether it holds, and what is known of them."""

    condition: Condition
    trait: Trait
    holds: bool
    facts: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    is_in: bool
    #: Of a list: nothing.
    leaves: Sequence[Leaf]
    tree: Node | None
    missing: Sequence[str]


def make_segment(
    work: UnitOfWork, name: str, tree: Mapping[str, Any], *, note: str = ""
) -> Segment:
    """A segment by conditions; an empty ``tree`` makes a list. Raise Invalid or Forbidden."""
    segment = Segment(company_id=home(work), name=_name(name), note=note.strip(), tree={})
    segment.is_list = not tree
    if tree:
        _put_tree(work, segment, tree)
    work.session.add(segment)
    work.session.flush()
    return segment


def change_segment(
    work: UnitOfWork, segment_id: UUID, values: Mapping[str, Any], *, version: int | None
) -> Segment:
    """``values``: name, note, tree, active. A list stays one."""
    segment = fetch(work, Segment, segment_id, lock=True)
    check_version(segment, version)
    if "name" in values:
        segment.name = _name(values["name"])
    if "note" in values:
        segment.note = values["note"].strip()
    if "active" in values:
        segment.active = values["active"]
    if "tree" in values and not segment.is_list:
        _put_tree(work, segment, values["tree"])
        segment.watched_at = None
    work.session.flush()
    return segment


def keep_as_list(work: UnitOfWork, segment_id: UUID, name: str) -> Segment:
    """Who is in the segment now, as a list that stays."""
    source = fetch(work, Segment, segment_id)
    kept = Segment(company_id=source.company_id, name=_name(name), tree={}, is_list=True)
    work.session.add(kept)
    work.session.flush()
    members = work.session.scalars(people(work, source)).all()
    add_members(work, kept.id, members)
    return kept


def add_members(work: UnitOfWork, segment_id: UUID, party_ids: Sequence[UUID]) -> None:
    """Put people onto a list; those who are on it stay."""
    segment = _list(work, segment_id)
    own = select(Party.id).where(Party.company_id == segment.company_id)
    for start in range(0, len(party_ids), _MOST):
        part = list(party_ids[start : start + _MOST])
        known = work.session.scalars(own.where(Party.id.in_(part))).all()
        if rows := [_member(segment, party_id) for party_id in known]:
            insert = insert_into(SegmentMember, work.session).values(rows)
            added = insert.on_conflict_do_nothing(index_elements=["segment_id", "party_id"])
            for party_id in work.session.scalars(added.returning(SegmentMember.party_id)):
                work.publish(SegmentEntered(segment_id=segment.id, party_id=party_id))


def remove_member(work: UnitOfWork, segment_id: UUID, party_id: UUID) -> None:
    segment = _list(work, segment_id)
    one = (SegmentMember.segment_id == segment.id, SegmentMember.party_id == party_id)
    work.session.execute(delete(SegmentMember).where(*one))


def people(work: UnitOfWork, segment: Segment) -> Select[UUID]:
    """The ids of everybody in it now, of its company, not archived."""
    own = Party.company_id == segment.company_id
    return select(Party.id).where(own, CURRENT, within(work, segment))


def within(work: UnitOfWork, segment: Segment) -> ColumnElement[bool]:
    """The condition on ``Party`` that says who is in it."""
    if segment.is_list:
        members = select(SegmentMember.party_id).where(SegmentMember.segment_id == segment.id)
        return Party.id.in_(members)
    return matching(work, segment.tree).where


def missing(work: UnitOfWork, segment: Segment) -> Sequence[str]:
    """Traits it asks for that nobody knows now: while there are any, nobody is in it."""
    return () if segment.is_list else matching(work, segment.tree).missing


def counted(work: UnitOfWork, segment: Segment) -> Count:
    """How many the reader may see of them, up to a cap."""
    one: ColumnElement[int] = literal_column("1")
    those = visible(work, people(work, segment))
    rows = those.with_only_columns(one, maintain_column_froms=True).limit(_CAP + 1).subquery()
    found = work.session.scalar(select(func.count()).select_from(rows)) or 0
    return Count(min(found, _CAP), found > _CAP)


def is_in(work: UnitOfWork, segment: Segment, party_id: UUID) -> bool:
    return work.session.scalar(people(work, segment).where(Party.id == party_id)) is not None


def explain(work: UnitOfWork, segment: Segment, party_id: UUID) -> Explained:
    """Why a person is in it or not, condition by condition. Raise NotFound for a stranger."""
    fetch(work, Party, party_id)
    found = is_in(work, segment, party_id)
    if segment.is_list:
        return Explained(is_in=found, leaves=(), tree=None, missing=())
    gone = missing(work, segment)
    if gone:
        return Explained(is_in=False, leaves=(), tree=None, missing=gone)
    known = known_traits(work)
    tree = read(segment.tree, {name: trait.shape for name, trait in known.items()})
    leaves = tuple(_leaves(work, tree, party_id))
    return Explained(is_in=found, leaves=leaves, tree=tree, missing=())


def _leaves(work: UnitOfWork, node: Node, party_id: UUID) -> list[Leaf]:
    if not isinstance(node, Condition):
        return [leaf for part in node.parts for leaf in _leaves(work, part, party_id)]
    trait = known_traits(work)[node.trait]
    clause = select(Party.id).where(Party.id == party_id, where(work, node))
    facts = facts_of(work, node.trait, party_id) if work.actor.may(trait.permission) else ()
    return [Leaf(node, trait, work.session.scalar(clause) is not None, facts)]


def _put_tree(work: UnitOfWork, segment: Segment, tree: Mapping[str, Any]) -> None:
    """Raise Forbidden for facts the author may not see: a segment would tell them."""
    known = known_traits(work)
    for name in sorted(names(tree) - names(segment.tree)):
        if name not in known:
            raise Invalid(_("No enabled module knows “%(name)s”.", name=name))
        if not work.actor.may(known[name].permission):
            raise Forbidden(
                _("You may not choose people by “%(name)s”.", name=_(known[name].title))
            )
    read(tree, {name: trait.shape for name, trait in known.items()})
    segment.tree = dict(tree)


def _list(work: UnitOfWork, segment_id: UUID) -> Segment:
    segment = fetch(work, Segment, segment_id)
    if not segment.is_list:
        raise Invalid(_("Who is in this segment follows from its conditions."))
    return segment


def _member(segment: Segment, party_id: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "company_id": segment.company_id,
        "segment_id": segment.id,
        "party_id": party_id,
    }


def _name(text: str) -> str:
    if not (tidy := " ".join(text.split())[:200]):
        raise Invalid(_("Please look at the marked fields."), fields={"name": _("Fill this in.")})
    return tidy
