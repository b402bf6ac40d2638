"""Who may be the same as somebody we have: found by what they share, then compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from core.companies import fetch, visible
from core.search import matching
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import ContactPoint, Party
from modules.contacts.rules import PointKind, digits
from modules.contacts.rules.likeness import Known, Likeness, bare_name, bare_phone, likeness

_PHONES = (PointKind.PHONE, PointKind.MOBILE)
#: Parties compared for one block, and pairs shown of all.
_BLOCK, _PAIRS = 40, 100
#: Of a name's longest words, how many letters find those that are written alike.
_BEGINNING, _WORDS = 4, 3


@dataclass(frozen=True, slots=True)
class Alike:
    id: UUID
    name: str
    number: str | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Pair:
    one: Alike
    other: Alike

    @property
    def likeness(self) -> Likeness:
        return self.other.likeness


def find_alike(
    work: UnitOfWork, known: Known, *, but: UUID | None = None, limit: int = 5
) -> list[Alike]:
    """Likely the same, the most alike first; ``but`` is left out.

    A few searches block the candidates (each a bounded number), and only those are compared.
    """
    ids = {key for block in _blocks(known) for key in work.session.scalars(visible(work, block))}
    return _compared(work, known, ids - {but})[:limit]


def alike_of(work: UnitOfWork, party_id: UUID) -> list[Alike]:
    """Who may be the same as this party."""
    fetch(work, Party, party_id)
    return find_alike(work, known_parties(work, [party_id])[party_id][0], but=party_id)


def find_pairs(work: UnitOfWork) -> list[Pair]:
    """Of all parties in use, those that share an address, number, tax id or name."""
    keys = {pair for shared in _sharing() for pair in _ids(work, shared)}
    known = known_parties(work, {key for pair in keys for key in pair})
    found = []
    for one, other in keys:
        if one in known and other in known:
            alike = likeness(known[one][0], known[other][0])
            if alike.likely:
                found.append(Pair(_alike(one, known, alike), _alike(other, known, alike)))
    found.sort(key=lambda pair: (-pair.likeness.score, pair.one.name, pair.one.id))
    return found[:_PAIRS]


Facts = tuple[Known, str, str | None]


def known_parties(work: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """What is known of each, with its name and number, in two queries for any number."""
    keys = list(ids)
    points = select(ContactPoint.party_id, ContactPoint.kind, ContactPoint.value)
    emails, phones = defaultdict[UUID, list[str]](list), defaultdict[UUID, list[str]](list)
    for key, kind, value in work.session.execute(points.where(ContactPoint.party_id.in_(keys))):
        if kind is PointKind.EMAIL:
            emails[key].append(value)
        elif kind in _PHONES:
            phones[key].append(value)
    parties = select(Party.id, Party.name, Party.number, Party.tax_id).where(Party.id.in_(keys))
    return {
        row.id: (
            Known(
                name=row.name,
                tax_id=row.tax_id,
                emails=tuple(emails[row.id]),
                phones=tuple(phones[row.id]),
            ),
            row.name,
            row.number,
        )
        for row in work.session.execute(parties)
    }


def _compared(work: UnitOfWork, known: Known, ids: Iterable[UUID]) -> list[Alike]:
    parties = known_parties(work, ids)
    found = [_alike(key, parties, likeness(known, of[0])) for key, of in parties.items()]
    likely = [one for one in found if one.likeness.likely]
    return sorted(likely, key=lambda one: (-one.likeness.score, one.name, one.id))


def _alike(key: UUID, parties: dict[UUID, Facts], how: Likeness) -> Alike:
    _known, name, number = parties[key]
    return Alike(key, name, number, how)


def _blocks(known: Known) -> Iterable[Select[UUID]]:
    """What the index of the search finds by each sign; it folds and cuts words as we do."""
    longest = sorted(bare_name(known.name).split(), key=len, reverse=True)[:_WORDS]
    texts = [
        known.tax_id or "",
        *known.emails,
        *(bare_phone(digits(value)) for value in known.phones),
        bare_name(known.name),
        *(word[:_BEGINNING] for word in longest),
    ]
    in_use = select(Party.id).where(Party.active, Party.merged_into_id.is_(None))
    for text in dict.fromkeys(filter(None, texts)):
        yield in_use.where(Party.id.in_(matching(PARTY, text))).order_by(Party.id).limit(_BLOCK)


def _sharing() -> Sequence[Select[UUID, UUID]]:
    """Pairs of parties with the same value of one kind, each pair once."""
    one, other = aliased(Party), aliased(Party)
    here, there = aliased(ContactPoint), aliased(ContactPoint)
    in_use = and_(
        *(side.active for side in (one, other)),
        *(side.merged_into_id.is_(None) for side in (one, other)),
    )
    pairs = select(one.id, other.id).where(one.id < other.id, in_use)
    same_company = pairs.where(one.company_id == other.company_id)
    same_value = func.lower(there.value) == func.lower(here.value)
    points = (
        select(one.id, other.id)
        .join(here, here.party_id == one.id)
        .join(there, and_(there.kind == here.kind, same_value))
        .join(other, other.id == there.party_id)
        .where(one.id < other.id, one.company_id == other.company_id, in_use)
        .where(here.kind.in_((PointKind.EMAIL, *_PHONES)))
    )
    by_facts = same_company.where(
        or_(func.lower(one.name) == func.lower(other.name), one.tax_id == other.tax_id)
    )
    return (by_facts, points)


def _ids(work: UnitOfWork, pairs: Select[UUID, UUID]) -> list[tuple[UUID, UUID]]:
    found = work.session.execute(visible(work, pairs).distinct().limit(_PAIRS))
    return [(row[0], row[1]) for row in found]
