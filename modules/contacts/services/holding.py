"""Parties with what belongs to them, held and written as the plain values of ``said``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from core.sync.documents import PartyKind
from core.sync.merge.rules import alike
from core.sync.merge.shared import Values
from core.work import UnitOfWork
from modules.contacts.models import Address, ContactPoint, Party
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
    """One party; addresses put away are among them, since the ERP may bring them back."""

    party: Party
    addresses: list[Address] = field(default_factory=list)
    points: list[ContactPoint] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        own = {name: getattr(self.party, name) for name in FIELDS}
        return {
            **{name: value for name, value in own.items() if value is not None},
            "kind": self.party.kind.value,
            **{
                address_name(address.erp_key, _street(address)): _street(address)
                for address in self.addresses
                if address.active
            },
            **{
                point_name(point.kind, point.value): [point.kind.value, point.value]
                for point in self.points
            },
        }

    def recognise(self, theirs: Values) -> None:
        """Addresses of ours that went out without an id, and came back with one."""
        known = {address.erp_key for address in self.addresses}
        for key, street in entries(theirs, ADDRESSES):
            nameless = (a for a in self.addresses if a.erp_key is None and a.active)
            same = (a for a in nameless if alike(street, _street(a), None))
            if key not in known and (found := next(same, None)) is not None:
                found.erp_key = key


def hold_parties(work: UnitOfWork, party_ids: Iterable[UUID]) -> dict[UUID, Held]:
    """Locked until the commit, in three queries for any number of them."""
    ids = list(party_ids)
    if not ids:
        return {}
    found = select(Party).where(Party.id.in_(ids)).order_by(Party.id).with_for_update()
    parties = work.session.scalars(found.execution_options(populate_existing=True))
    held = {party.id: Held(party) for party in parties}
    addresses, points = _by_party(work, Address, ids), _by_party(work, ContactPoint, ids)
    for key, one in held.items():
        one.addresses, one.points = addresses[key], points[key]
    return held


def hold(work: UnitOfWork, party_ids: Sequence[UUID]) -> Mapping[UUID, Values]:
    return {key: one.values() for key, one in hold_parties(work, party_ids).items()}


def take(work: UnitOfWork, changes: Mapping[UUID, Values]) -> None:
    """Write these values into our parties."""
    write(work, hold_parties(work, changes), changes)


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
    ours = next((a for a in held.addresses if address_name(a.erp_key, _street(a)) == name), None)
    if street is None:
        if ours is not None:
            ours.active, ours.erp_key = False, None
        return
    if ours is None:
        ours = Address(**_born(work, held), erp_key=lasting(key))
        held.addresses.append(ours)
        work.session.add(ours)
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
