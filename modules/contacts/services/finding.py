"""What a party is found by: name, number, tax id, contact points and cities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from core import search
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, ContactPoint, Party
from modules.contacts.rules import PointKind, digits


def search_again(work: UnitOfWork, party_ids: Sequence[UUID]) -> None:
    """Index these parties as they are now, in three queries for any number of them."""
    work.session.flush()
    texts: defaultdict[UUID, list[str]] = defaultdict(list)
    parties = select(Party.id, Party.name, Party.number, Party.tax_id)
    for key, *facts in work.session.execute(parties.where(Party.id.in_(party_ids))):
        texts[key] += [fact for fact in facts if fact]
    points = select(ContactPoint.party_id, ContactPoint.kind, ContactPoint.value)
    for key, kind, value in work.session.execute(
        points.where(ContactPoint.party_id.in_(party_ids))
    ):
        texts[key] += point_texts(kind, value)
    cities = select(Address.party_id, Address.city).where(Address.active)
    for key, city in work.session.execute(cities.where(Address.party_id.in_(party_ids))):
        texts[key].append(city)
    search.put(work.session, PARTY, texts)


def point_texts(kind: PointKind, value: str) -> Iterable[str]:
    """A phone number is found by any run of its digits, however it was written."""
    phone = kind in {PointKind.PHONE, PointKind.MOBILE}
    return [value, digits(value)] if phone else [value]
