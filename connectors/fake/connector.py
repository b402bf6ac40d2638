"""What the fake ERP offers Tandem: its settings, its session, its endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, post_load

from connectors.fake.demo import FILE, FakeDemo
from connectors.fake.erp import Erp
from connectors.fake.orders import Orders
from connectors.fake.parties import Parties
from connectors.fake.shelf import Shelf
from connectors.fake.store import Store
from core.sync.contract import ConnectorManifest, Endpoint
from core.sync.documents import (
    Invoice,
    Party,
    Payment,
    Product,
    SalesOrder,
    Shipment,
    StockLevel,
    Tax,
)
from core.sync.errors import AuthFailed
from core.sync.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSettings:
    company: str
    path: str
    password: str


class FakeSettingsSchema(Schema):
    company = fields.Str(load_default="1", metadata={"title": "Company"})
    path = fields.Str(
        load_default="",
        metadata={
            "title": "Folder",
            "help": "Where the ERP keeps its file. Empty: in the memory of this process.",
        },
    )
    password = fields.Str(load_default="", metadata={"title": "Password", "secret": True})

    @post_load
    def freeze(self, data: Mapping[str, Any], **_: Any) -> FakeSettings:
        return FakeSettings(**data)


@dataclass(frozen=True, slots=True)
class FakeSession:
    erp: Erp
    company: str

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        told = (Tax, Product, StockLevel, Shipment, Invoice, Payment)
        return (Parties(self.erp), Orders(self.erp), *(Shelf(self.erp, kind) for kind in told))

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
        documents=(Party, Tax, Product, StockLevel, SalesOrder, Shipment, Invoice, Payment),
        versions=("1",),
        demo=FakeDemo,
    )

    def open(self, settings: FakeSettings, sessions: Sessions) -> FakeSession:  # noqa: ARG002 - no wire
        erp = self.in_folder(settings.path) if settings.path else self.memory
        with erp.faults.around("login"):
            if settings.password != erp.password:
                raise AuthFailed("the password is wrong")
        return FakeSession(erp, settings.company)

    @staticmethod
    def in_folder(path: str) -> Erp:
        return _in_file(path)


@cache
def _in_file(path: str) -> Erp:
    """One open file per folder and process."""
    return Erp(Store(Path(path) / FILE))
