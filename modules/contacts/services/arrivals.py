"""Parties as they come in from an ERP, a page at a time.

New ones are written in bulk: their row says where they come from, the journal begins with their
first change. Known ones whose document is what we saw last cost nothing; the others are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select

from core.db.base import Record
from core.db.bulk import Upsert
from core.ids import new_id
from core.sync.documents import Party as PartyDocument
from core.sync.documents import PartyKind
from core.sync.exchange import Arrived, Bindings, Counts
from core.work import UnitOfWork
from modules.contacts.events import PartyCreated
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, ContactPoint, Party, PartyInErp, PartyRole
from modules.contacts.rules import PointKind, Role
from modules.contacts.services.finding import search_again
from modules.contacts.services.merging import merge_parties
from modules.contacts.services.said import Said, known, said

Row = dict[str, Any]


def receive_parties(
    work: UnitOfWork, arrived: Sequence[Arrived[PartyDocument]], bindings: Bindings
) -> Counts:
    # A stream may name a record twice: the last one counts.
    latest = {item.external_id: item for item in arrived}
    fresh = {key: said(item.document) for key, item in latest.items() if item.local_id is None}
    ours = {item.local_id: said(item.document) for item in latest.values() if item.local_id}
    before = _before(work, bindings, list(ours))
    moved = {key: new for key, new in ours.items() if _base(before.get(key)) != new}
    ids = {key: new_id() for key in fresh}
    _create(work, bindings, {ids[key]: new for key, new in fresh.items()})
    merge_parties(work, bindings, moved, before)
    bindings.bind(PARTY, ids)
    search_again(work, [*ids.values(), *moved])
    return Counts(written=len(ids) + len(moved), unchanged=len(ours) - len(moved))


def _before(
    work: UnitOfWork, bindings: Bindings, party_ids: Sequence[UUID]
) -> dict[UUID, PartyInErp]:
    found = select(PartyInErp).where(
        PartyInErp.connection_id == bindings.connection_id, PartyInErp.party_id.in_(party_ids)
    )
    return {entry.party_id: entry for entry in work.session.scalars(found)}


def _base(entry: PartyInErp | None) -> Said | None:
    return known(entry.said) if entry else None


def _create(work: UnitOfWork, bindings: Bindings, parties: Mapping[UUID, Said]) -> None:
    mark = {"company_id": bindings.company_id}
    born = {**mark, "source": bindings.connection_name}
    saved = {"version": 1, "created_at": work.observed_at, "updated_at": work.observed_at}
    _insert(work, Party, [_party(work, key, new) | born | saved for key, new in parties.items()])
    _insert(work, PartyRole, [_row(key) | {"role": Role.CUSTOMER} | mark for key in parties])
    _insert(work, Address, [row | born | saved for row in _addresses(parties)])
    _insert(work, ContactPoint, [row | born | saved for row in _points(parties)])
    seen = {"connection_id": bindings.connection_id, "observed_at": work.observed_at, **mark}
    _insert(work, PartyInErp, [_row(key) | {"said": new} | seen for key, new in parties.items()])
    for key in parties:
        work.publish(
            PartyCreated(
                party_id=key, company_id=bindings.company_id, source=bindings.connection_name
            )
        )


def _insert(work: UnitOfWork, model: type[Record], rows: Sequence[Row]) -> None:
    Upsert(cast("Table", model.__table__), key=("id",)).run(work.session, rows)


def _row(party_id: UUID) -> Row:
    return {"id": new_id(), "party_id": party_id}


def _party(work: UnitOfWork, key: UUID, new: Said) -> Row:
    return {
        "id": key,
        "name": new["name"],
        "kind": PartyKind(new["kind"] or PartyKind.ORGANISATION),
        "number": new["number"],
        "tax_id": new["tax_id"],
        "language": None,
        "owner_id": None,
        "active": new["active"],
        "note": "",
        "observed_at": work.observed_at,
    }


def _addresses(parties: Mapping[UUID, Said]) -> Iterator[Row]:
    for key, new in parties.items():
        for erp_key, street in new["addresses"].items():
            serves = {"billing": True, "shipping": True, "active": True, "erp_key": erp_key}
            yield _row(key) | street | serves


def _points(parties: Mapping[UUID, Said]) -> Iterator[Row]:
    for key, new in parties.items():
        for kind, value in new["points"]:
            reach = {"kind": PointKind(kind), "value": value, "label": "", "preferred": False}
            yield _row(key) | reach
