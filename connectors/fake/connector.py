"""What the fake ERP offers Tandem: its settings, its session, its endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from connectors.fake.demo import FILE, FakeDemo
from connectors.fake.erp import Erp
from connectors.fake.one_step import BlindOrders, CreatedOrders, KeyedOrders
from connectors.fake.orders import Orders
from connectors.fake.parties import Parties
from connectors.fake.shelf import Shelf
from connectors.fake.store import Store
from core.sync.contract import ConnectorManifest, Endpoint
from core.sync.documents import (
    CreditStatus,
    Invoice,
    Party,
    Payment,
    PriceList,
    Product,
    SalesOrder,
    Shipment,
    StockLevel,
    Tax,
)
from core.sync.errors import AuthFailed
from core.sync.sessions import Sessions

#: How the ERP takes orders: each way has another guarantee.
_ORDERS: Mapping[str, Callable[[Orders], Endpoint]] = {
    "drafts": lambda orders: orders,
    "upserts": KeyedOrders,
    "creates": CreatedOrders,
    "creates_only": BlindOrders,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSettings:
    company: str
    path: str
    password: str
    orders: str = "drafts"


class FakeSettingsSchema(Schema):
    company = fields.Str(load_default="1", metadata={"title": "Company"})
    path = fields.Str(
        load_default="",
        metadata={
            "title": "Folder",
            "help": "Where the ERP keeps its file. Empty: in the memory of this process.",
        },
    )
    orders = fields.Str(
        load_default="drafts",
        validate=validate.OneOf(
            list(_ORDERS),
            labels=["As drafts", "By our reference", "In one step", "In one step, not to be found"],
        ),
        metadata={"title": "How it takes orders"},
    )
    password = fields.Str(load_default="", metadata={"title": "Password", "secret": True})

    @post_load
    def freeze(self, data: Mapping[str, Any], **_: Any) -> FakeSettings:
        return FakeSettings(**data)


@dataclass(frozen=True, slots=True)
class FakeSession:
    erp: Erp
    company: str
    orders: str = "drafts"

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        told = (Tax, Product, PriceList, CreditStatus, StockLevel, Shipment, Invoice, Payment)
        orders = _ORDERS[self.orders](Orders(self.erp))
        return (Parties(self.erp), orders, *(Shelf(self.erp, kind) for kind in told))

    def check(self) -> str:
        with self.erp.faults.around("check"):
            return f"Fake company {self.company}"


@dataclass(frozen=True, slots=True)
class FakeConnector:
    """``memory`` is the ERP of every connection without a path."""

    memory: Erp = field(default_factory=Erp)
    manifest = ConnectorManifest(
        key="fake",
        title="ERP for trying things out",
        settings=FakeSettingsSchema,
        documents=(
            Party,
            Tax,
            Product,
            PriceList,
            CreditStatus,
            StockLevel,
            SalesOrder,
            Shipment,
            Invoice,
            Payment,
        ),
        versions=("1",),
        demo=FakeDemo,
    )

    def open(self, settings: FakeSettings, sessions: Sessions) -> FakeSession:  # noqa: ARG002 - no wire
        erp = self.in_folder(settings.path) if settings.path else self.memory
        with erp.faults.around("login"):
            if settings.password != erp.password:
                raise AuthFailed("the password is wrong")
        return FakeSession(erp, settings.company, settings.orders)

    @staticmethod
    def in_folder(path: str) -> Erp:
        return _in_file(path)


@cache
def _in_file(path: str) -> Erp:
    """One open file per folder and process."""
    return Erp(Store(Path(path) / FILE))
