"""What a party is found by: name, number, tax id, contact points and cities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select

from core import search
from core.companies import visible
from core.errors import Invalid
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, ContactPoint, Party
from modules.contacts.rules import PointKind, digits

#: Names shown to choose from.
_FEW = 5


def search_again(work: UnitOfWork, party_ids: Sequence[UUID]) -> None:
    """Index these parties as they are now, in four queries for any number of them.

    A party is also found by the names and numbers of those that were merged into it.
    """
    work.session.flush()
    texts: defaultdict[UUID, list[str]] = defaultdict(list)
    parties = select(Party.id, Party.name, Party.number, Party.tax_id)
    for key, *facts in work.session.execute(parties.where(Party.id.in_(party_ids))):
        texts[key] += [fact for fact in facts if fact]
    merged = select(Party.merged_into_id, Party.name, Party.number)
    for into, *facts in work.session.execute(merged.where(Party.merged_into_id.in_(party_ids))):
        if into is not None:
            texts[into] += [fact for fact in facts if fact]
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


def the_one(work: UnitOfWork, text: str) -> UUID:
    """The only party in use that is called or numbered so, or else the only one found by it.

    Raise Invalid naming ``other`` when there is none, or several.
    """
    in_use = select(Party.id, Party.name, Party.number).where(Party.active)
    mine = visible(work, in_use.where(Party.merged_into_id.is_(None)))
    exact = mine.where(or_(Party.name == text, Party.number == text)).limit(_FEW)
    found = work.session.execute(exact).all()
    if not found:
        near = mine.where(Party.id.in_(search.matching(PARTY, text))).limit(_FEW)
        found = work.session.execute(near.order_by(Party.name)).all()
    if len(found) == 1:
        return UUID(str(found[0].id))
    names = ", ".join(f"{row.name} ({row.number})" if row.number else row.name for row in found)
    several = _("Several are called so: %(names)s. Write the number.", names=names)
    raise Invalid(
        _("Please look at the marked fields."),
        fields={"other": several if found else _("There is no such party.")},
    )
