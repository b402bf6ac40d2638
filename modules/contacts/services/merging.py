"""Three-way merge of a party both sides may write: what the ERP said last, says now, and ours.

A value the ERP did not change since we last looked is no news. One it changed is taken if ours is
what it said last; if a person changed ours meanwhile, ours stays, and the journal keeps both: what
the connection said, and that we stayed with ours. An address is merged as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from core import journal
from core.sync.documents import PartyKind
from core.sync.exchange import Bindings
from core.work import OURSELVES, UnitOfWork
from modules.contacts.models import Address, ContactPoint, Party, PartyInErp
from modules.contacts.rules import PointKind, digits
from modules.contacts.services.parties import changed
from modules.contacts.services.said import FIELDS, STREET, Said, Street, known

T = TypeVar("T", Address, ContactPoint)


@dataclass(slots=True)
class Merge:
    """One party, what belongs to it, and what its merge came to."""

    work: UnitOfWork
    source: str
    party: Party
    base: Said | None
    addresses: list[Address]
    points: list[ContactPoint]
    touched: set[str] = field(default_factory=set)


def merge_parties(
    work: UnitOfWork,
    bindings: Bindings,
    moved: Mapping[UUID, Said],
    before: Mapping[UUID, PartyInErp],
) -> None:
    """In three queries and one flush for any number of parties."""
    parties = work.session.scalars(select(Party).where(Party.id.in_(moved))).all()
    addresses = _by_party(work.session.scalars(_of(Address, moved)))
    points = _by_party(work.session.scalars(_of(ContactPoint, moved)))
    for party in parties:
        entry = before.get(party.id)
        merge = Merge(
            work,
            bindings.connection_name,
            party,
            known(entry.said) if entry else None,
            addresses[party.id],
            points[party.id],
        )
        _merge(merge, moved[party.id])
        _remember(merge, bindings, entry, moved[party.id])
    work.session.flush()


def _of(model: type[T], party_ids: Iterable[UUID]) -> Any:
    return select(model).where(model.party_id.in_(party_ids)).order_by(model.id)


def _by_party(rows: Iterable[T]) -> defaultdict[UUID, list[T]]:
    grouped: defaultdict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.party_id].append(row)
    return grouped


def _merge(merge: Merge, new: Said) -> None:
    _merge_fields(merge, new)
    _merge_addresses(merge, new["addresses"])
    _merge_points(merge, new["points"])
    if merge.party.source == merge.source:
        merge.party.observed_at = merge.work.observed_at
    if merge.touched:
        changed(merge.work, merge.party, *merge.touched)


def _remember(merge: Merge, bindings: Bindings, entry: PartyInErp | None, new: Said) -> None:
    if entry is None:
        entry = PartyInErp(
            company_id=merge.party.company_id,
            party_id=merge.party.id,
            connection_id=bindings.connection_id,
        )
        merge.work.session.add(entry)
    entry.said = dict(new)
    entry.observed_at = merge.work.observed_at


def _merge_fields(merge: Merge, new: Said) -> None:
    last: Mapping[str, Any] = merge.base or {}
    for name in FIELDS:
        theirs: Any = dict(new)[name]
        ours = getattr(merge.party, name)
        if theirs is None or theirs in (ours, last.get(name)):
            continue
        if ours == last.get(name) or ours in (None, ""):
            setattr(merge.party, name, PartyKind(theirs) if name == "kind" else theirs)
            merge.touched.add(name)
        else:
            _keep_ours(merge, merge.party, name, theirs)


def _merge_addresses(merge: Merge, theirs: Mapping[str, Street]) -> None:
    last = merge.base["addresses"] if merge.base else {}
    for key, street in theirs.items():
        ours = _match(merge.addresses, key, street)
        if ours is None:
            _add_address(merge, key, street)
        else:
            ours.erp_key = key
            _merge_address(merge, ours, last.get(key), street)
    for address in merge.addresses:
        if address.erp_key in last and address.erp_key not in theirs:
            _lost_address(merge, address, last[address.erp_key])


def _match(ours: Iterable[Address], key: str, street: Street) -> Address | None:
    """By the ERP's id; else one of ours that went out without one, and came back the same."""
    candidates = [address for address in ours if address.erp_key in (key, None)]
    by_key = [address for address in candidates if address.erp_key == key]
    same = [address for address in candidates if _street(address) == street]
    return next(iter([*by_key, *same]), None)


def _merge_address(merge: Merge, ours: Address, last: Street | None, theirs: Street) -> None:
    held = _street(ours)
    if theirs in (held, last):
        return
    if held == last:
        for name, value in theirs.items():
            setattr(ours, name, value)
        merge.touched.add("addresses")
        return
    for name in STREET:
        if theirs[name] != held[name]:
            _keep_ours(merge, ours, name, theirs[name])


def _lost_address(merge: Merge, ours: Address, last: Street) -> None:
    """Gone over there: gone here too, unless a person has changed it since."""
    ours.erp_key = None
    if ours.active and _street(ours) == last:
        ours.active = False
        merge.touched.add("addresses")


def _add_address(merge: Merge, key: str, street: Street) -> None:
    party = merge.party
    merge.work.session.add(
        Address(
            company_id=party.company_id,
            party_id=party.id,
            erp_key=key,
            source=merge.source,
            **street,
        )
    )
    merge.touched.add("addresses")


def _merge_points(merge: Merge, theirs: list[list[str]]) -> None:
    last = {_same(*point): point for point in (merge.base["points"] if merge.base else [])}
    now = {_same(*point): point for point in theirs}
    ours = {_same(point.kind, point.value): point for point in merge.points}
    for key in now.keys() - last.keys() - ours.keys():
        _add_point(merge, *now[key])
    for key in (last.keys() - now.keys()) & ours.keys():
        merge.work.session.delete(ours[key])
        merge.touched.add("contact_points")


def _add_point(merge: Merge, kind: str, value: str) -> None:
    party = merge.party
    merge.work.session.add(
        ContactPoint(
            company_id=party.company_id,
            party_id=party.id,
            kind=PointKind(kind),
            value=value,
            source=merge.source,
        )
    )
    merge.touched.add("contact_points")


def _same(kind: str, value: str) -> tuple[str, str]:
    """Two ways to write one number or address are one contact point."""
    if kind in {PointKind.PHONE, PointKind.MOBILE}:
        return PointKind.PHONE.value, digits(value)
    return str(kind), value.casefold()


def _street(address: Address) -> Street:
    return {name: getattr(address, name) for name in STREET}


def _keep_ours(merge: Merge, record: Party | Address, name: str, theirs: object) -> None:
    """Both rows, so that whoever replays the journal ends with what we hold."""
    ours = getattr(record, name)
    over_there = replace(merge.work, source=merge.source)
    here = replace(merge.work, source=OURSELVES)
    for work, change in ((over_there, (ours, theirs)), (here, (theirs, ours))):
        journal.note(work, record.__tablename__, record.id, field=name, change=change)
