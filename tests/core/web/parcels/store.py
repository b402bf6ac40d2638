"""What the parcels module stores, and its two verbs. A table of its own metadata: no revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, MetaData, String, Table, Text, Uuid, insert, select, update
from sqlalchemy.types import Integer

from core.api.listing import Listing
from core.clock import utcnow
from core.companies import visible
from core.db.types import Exact, UtcDateTime
from core.errors import Invalid, NotFound, Stale
from core.ids import new_id
from core.work import UnitOfWork


class ParcelState(StrEnum):
    PACKED = "packed"
    SENT = "sent"
    LOST = "lost"


METADATA = MetaData()
PARCEL = Table(
    "parcels_parcel",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("to", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("weight", Exact(6), nullable=False),
    Column("uom", String(3), nullable=False),
    Column("worth", Exact(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("sent_at", UtcDateTime()),
    Column("version", Integer, nullable=False),
)
_C = PARCEL.c

parcels = Listing(
    name="parcels",
    statement=select(
        _C.id, _C.name, _C.to, _C.state, _C.weight, _C.worth, _C.currency, _C.sent_at, _C.uom
    ),
    sorts={"name": _C.name, "worth": _C.worth, "sent_at": _C.sent_at},
    default="name",
    filters={"state": _C.state, "to": _C.to},
    search=lambda text: _C.name.contains(text, autoescape=True),
)


def pack(work: UnitOfWork, company: UUID, count: int) -> None:
    states = list(ParcelState)
    rows = [
        {
            "id": new_id(),
            "company_id": company,
            "name": f"Parcel {number:04}",
            "to": ("Nguyễn Văn Ánh", "王伟 Trading", "สมชาย จำกัด", "Maria Schmidt GmbH")[
                number % 4
            ],
            "state": states[number % 3],
            "weight": Decimal(number) / 4,
            "uom": "KGM",
            "worth": Decimal(number * 1000) + Decimal("0.5"),
            "currency": ("EUR", "VND", "THB")[number % 3],
            "sent_at": utcnow() - timedelta(hours=number),
            "version": 1,
        }
        for number in range(1, count + 1)
    ]
    work.session.execute(insert(PARCEL), rows)


def parcel(work: UnitOfWork, key: UUID) -> Any:
    row = work.session.execute(visible(work, select(PARCEL).where(_C.id == key))).one_or_none()
    if row is None:
        raise NotFound(f"There is no parcel {key}.")
    return row


def change(work: UnitOfWork, key: UUID, values: Mapping[str, Any], *, version: int | None) -> None:
    if values["worth"] < 0:
        raise Invalid(
            "This parcel can not be so.", fields={"worth": "Nothing is worth less than 0."}
        )
    if parcel(work, key).version != version:
        raise Stale("Somebody else has saved this parcel.")
    work.session.execute(
        update(PARCEL).where(_C.id == key).values(**values, version=_C.version + 1)
    )
