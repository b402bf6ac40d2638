"""Parties with what belongs to them, held and written as the plain values of ``said``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from core.ids import new_id
from core.sync.documents import PartyKind
from core.sync.merge.rules import alike
from core.sync.merge.shared import Values
from core.work import UnitOfWork
from modules.contacts.models import Address, AddressKey, ContactPoint, Party
from modules.contacts.rules import PointKind
from modules.contacts.services.finding import search_again
from modules.contacts.services.parties import changed
from modules.contacts.services.said import (
    ADDRESSES,
    FIELDS,
    POINTS,
    STREET,
    Street,
    address_name,
    entries,
    lasting,
    point_name,
)

T = TypeVar("T", Address, ContactPoint)


@dataclass(slots=True)
class Held:
    """One party, beside one ERP; addresses put away are among them: it may bring them back.

    ``keys`` are what that ERP calls them.
    """

    party: Party
    connection_id: UUID
    addresses: list[Address] = field(default_factory=list)
    keys: dict[UUID, AddressKey] = field(default_factory=dict)
    points: list[ContactPoint] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        own = {name: getattr(self.party, name) for name in FIELDS}
        return {
            **{name: value for name, value in own.items() if value is not None},
            "kind": self.party.kind.value,
            **{
                self.name(address): _street(address) for address in self.addresses if address.active
            },
            **{
                point_name(point.kind, point.value): [point.kind.value, point.value]
                for point in self.points
            },
        }

    def name(self, address: Address) -> str:
        known = self.keys.get(address.id)
        return address_name(known.key if known else None, _street(address))

    def recognise(self, work: UnitOfWork, theirs: Values) -> None:
        """Addresses that this ERP has no id for in our books, and says in the same words.

        They went out without one and came back with it, or another ERP named them before.
        """
        known = {one.key for one in self.keys.values()}
        for key, street in entries(theirs, ADDRESSES):
            nameless = (a for a in self.addresses if a.id not in self.keys and a.active)
            same = (a for a in nameless if alike(street, _street(a), None))
            if key not in known and (found := next(same, None)) is not None:
                self.call(work, found, lasting(key))

    def call(self, work: UnitOfWork, address: Address, key: str | None) -> None:
        if key is None:
            return
        named = AddressKey(address_id=address.id, connection_id=self.connection_id, key=key)
        self.keys[address.id] = named
        work.session.add(named)

    def forget(self, work: UnitOfWork, address: Address) -> None:
        if (named := self.keys.pop(address.id, None)) is not None:
            work.session.delete(named)


def hold_parties(
    work: UnitOfWork, connection_id: UUID, party_ids: Iterable[UUID]
) -> dict[UUID, Held]:
    """Locked until the commit, in four queries for any number of them."""
    ids = list(party_ids)
    if not ids:
        return {}
    found = select(Party).where(Party.id.in_(ids)).order_by(Party.id).with_for_update()
    parties = work.session.scalars(found.execution_options(populate_existing=True))
    held = {party.id: Held(party, connection_id) for party in parties}
    addresses, points = _by_party(work, Address, ids), _by_party(work, ContactPoint, ids)
    for key, one in held.items():
        one.addresses, one.points = addresses[key], points[key]
    for party_id, named in _keys(work, connection_id, ids):
        held[party_id].keys[named.address_id] = named
    return held


def hold(work: UnitOfWork, connection_id: UUID, party_ids: Sequence[UUID]) -> Mapping[UUID, Values]:
    return {key: one.values() for key, one in hold_parties(work, connection_id, party_ids).items()}


def take(work: UnitOfWork, connection_id: UUID, changes: Mapping[UUID, Values]) -> None:
    """Write these values into our parties."""
    write(work, hold_parties(work, connection_id, changes), changes)


def write(work: UnitOfWork, held: Mapping[UUID, Held], changes: Mapping[UUID, Values]) -> None:
    for key, values in changes.items():
        _write(work, held[key], values)
    work.session.flush()
    for key, values in changes.items():
        changed(work, held[key].party, *{name.partition(".")[0] for name in values})
    search_again(work, list(changes))


def _by_party(work: UnitOfWork, model: type[T], ids: list[UUID]) -> defaultdict[UUID, list[T]]:
    rows = work.session.scalars(select(model).where(model.party_id.in_(ids)).order_by(model.id))
    grouped: defaultdict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.party_id].append(row)
    return grouped


def _keys(work: UnitOfWork, connection_id: UUID, ids: list[UUID]) -> list[tuple[UUID, AddressKey]]:
    """By party."""
    rows = work.session.execute(
        select(Address.party_id, AddressKey)
        .join(AddressKey, AddressKey.address_id == Address.id)
        .where(Address.party_id.in_(ids), AddressKey.connection_id == connection_id)
    )
    return [(party_id, named) for party_id, named in rows]


def _write(work: UnitOfWork, held: Held, values: Values) -> None:
    for name in FIELDS:
        if name in values:
            value = values[name]
            setattr(held.party, name, PartyKind(value) if name == "kind" else value)
    for key, street in entries(values, ADDRESSES):
        _write_address(work, held, key, street)
    for key, point in entries(values, POINTS):
        _write_point(work, held, key, point)


def _write_address(work: UnitOfWork, held: Held, key: str, street: Street | None) -> None:
    name = f"{ADDRESSES}.{key}"
    ours = next((one for one in held.addresses if held.name(one) == name), None)
    if street is None:
        if ours is not None:
            ours.active = False
            held.forget(work, ours)
        return
    if ours is None:
        ours = Address(id=new_id(), **_born(work, held))
        held.addresses.append(ours)
        work.session.add(ours)
        work.session.flush()  # before what refers to it: nothing here ties the two for the session
        held.call(work, ours, lasting(key))
    for name in STREET:
        setattr(ours, name, street[name])
    ours.active = True


def _write_point(work: UnitOfWork, held: Held, key: str, point: Sequence[str] | None) -> None:
    name = f"{POINTS}.{key}"
    ours = next((one for one in held.points if point_name(one.kind, one.value) == name), None)
    if point is None:
        if ours is not None:
            held.points.remove(ours)
            work.session.delete(ours)
        return
    if ours is None:
        ours = ContactPoint(**_born(work, held))
        held.points.append(ours)
        work.session.add(ours)
    ours.kind, ours.value = PointKind(point[0]), point[1]


def _born(work: UnitOfWork, held: Held) -> dict[str, Any]:
    party = held.party
    return {"company_id": party.company_id, "party_id": party.id, "source": work.source}


def _street(address: Address) -> Street:
    return {name: getattr(address, name) for name in STREET}
