"""Parties as they come in from an ERP, a page at a time.

New ones are written in bulk: their row says where they come from, the journal begins with their
first change. Known ones whose document is what we saw last cost nothing; the others are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table

from core.db.base import Base
from core.db.bulk import Upsert
from core.ids import new_id
from core.sync.documents import Party as PartyDocument
from core.sync.documents import PartyKind
from core.sync.exchange import Arrived, Bindings, Counts, Gone
from core.sync.merge.gone import gone_there
from core.sync.merge.records import Met, agree, merge_records, moved
from core.sync.merge.shared import Values
from core.sync.merge.touching import changed_here
from core.work import UnitOfWork
from modules.contacts.events import PartyCreated
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, AddressKey, ContactPoint, Party, PartyRole
from modules.contacts.rules import PointKind, Role
from modules.contacts.services.finding import search_again
from modules.contacts.services.holding import hold_parties, write
from modules.contacts.services.said import ADDRESSES, POINTS, entries, lasting, said
from modules.contacts.services.sharing import SHARED

Row = dict[str, Any]


def receive_parties(
    work: UnitOfWork, arrived: Sequence[Arrived[PartyDocument]], bindings: Bindings
) -> Counts:
    # A stream may name a record twice: the last one counts.
    latest = {item.external_id: item for item in arrived}
    fresh = {key: said(item.document) for key, item in latest.items() if item.local_id is None}
    ours = {item.local_id: item for item in latest.values() if item.local_id}
    ids = {key: new_id() for key in fresh}
    _create(work, bindings, {ids[key]: new for key, new in fresh.items()})
    merged = _merge(work, bindings, ours)
    bindings.bind(PARTY, ids)
    search_again(work, list(ids.values()))
    return Counts(written=len(ids) + merged, unchanged=len(ours) - merged)


def parties_gone(work: UnitOfWork, gone: Sequence[Gone], bindings: Bindings) -> None:
    gone_there(work, SHARED, gone, bindings)


def _merge(
    work: UnitOfWork, bindings: Bindings, ours: Mapping[UUID, Arrived[PartyDocument]]
) -> int:
    """Answers how many changed on either side since both agreed."""
    theirs = {key: said(item.document) for key, item in ours.items()}
    ids = moved(work, SHARED, bindings, theirs)
    held = hold_parties(work, bindings.connection_id, ids)
    for key, one in held.items():
        one.recognise(work, theirs[key])
        if one.party.source == bindings.connection_name:
            one.party.observed_at = work.observed_at
    met = {
        key: Met(ours=one.values(), theirs=theirs[key], stamp=ours[key].stamp)
        for key, one in held.items()
    }
    changes = merge_records(work, SHARED, bindings, met)
    write(work, held, changes)
    news = {key: {name.partition(".")[0] for name in values} for key, values in changes.items()}
    changed_here(work, SHARED, news, but=bindings.connection_id)
    return len(held)


def _create(work: UnitOfWork, bindings: Bindings, parties: Mapping[UUID, Values]) -> None:
    mark = {"company_id": bindings.company_id}
    born = {**mark, "source": bindings.connection_name}
    saved = {"version": 1, "created_at": work.observed_at, "updated_at": work.observed_at}
    _insert(work, Party, [_party(work, key, new) | born | saved for key, new in parties.items()])
    _insert(work, PartyRole, [_row(key) | {"role": Role.CUSTOMER} | mark for key in parties])
    addresses = list(_addresses(parties))
    _insert(work, Address, [row | born | saved for _key, row in addresses])
    its = bindings.connection_id
    _insert(work, AddressKey, [_named(row["id"], its, key) for key, row in addresses if key])
    _insert(work, ContactPoint, [row | born | saved for row in _points(parties)])
    ours = {key: {"kind": PartyKind.ORGANISATION.value, **new} for key, new in parties.items()}
    agree(work, SHARED, bindings, {k: Met(ours=ours[k], theirs=new) for k, new in parties.items()})
    for key in parties:
        work.publish(
            PartyCreated(
                party_id=key, company_id=bindings.company_id, source=bindings.connection_name
            )
        )


def _insert(work: UnitOfWork, model: type[Base], rows: Sequence[Row]) -> None:
    table = cast("Table", model.__table__)
    Upsert(table, key=tuple(table.primary_key.columns.keys())).run(work.session, rows)


def _row(party_id: UUID) -> Row:
    return {"id": new_id(), "party_id": party_id}


def _party(work: UnitOfWork, key: UUID, new: Values) -> Row:
    return {
        "id": key,
        "name": new["name"],
        "kind": PartyKind(new.get("kind", PartyKind.ORGANISATION)),
        "number": new.get("number"),
        "tax_id": new.get("tax_id"),
        "language": None,
        "owner_id": None,
        "active": new["active"],
        "note": "",
        "observed_at": work.observed_at,
    }


def _named(address_id: UUID, connection_id: UUID, key: str) -> Row:
    return {"address_id": address_id, "connection_id": connection_id, "key": key}


def _addresses(parties: Mapping[UUID, Values]) -> Iterator[tuple[str | None, Row]]:
    """Each with what the ERP calls it."""
    serves = {"billing": True, "shipping": True, "active": True}
    for key, new in parties.items():
        for its, street in entries(new, ADDRESSES):
            yield lasting(its), _row(key) | street | serves


def _points(parties: Mapping[UUID, Values]) -> Iterator[Row]:
    for key, new in parties.items():
        for _name, (kind, value) in entries(new, POINTS):
            reach = {"kind": PointKind(kind), "value": value, "label": "", "preferred": False}
            yield _row(key) | reach
