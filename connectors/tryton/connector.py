"""Tryton over JSON-RPC: what it offers, and how a connection opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.tryton.client import Rpc
from connectors.tryton.demo.erp import TrytonDemo
from connectors.tryton.endpoints.invoices import CreditNotes, Invoices, Payments
from connectors.tryton.endpoints.orders import Orders
from connectors.tryton.endpoints.parties import Parties
from connectors.tryton.endpoints.products import Products, StockLevels, Taxes
from connectors.tryton.endpoints.shipments import Shipments
from connectors.tryton.mapping.company import Company, Unit, units_of
from connectors.tryton.rows import search
from connectors.tryton.settings import TrytonSettings, TrytonSettingsSchema
from core.money import Rounding
from core.sync.arithmetic import Arithmetic, TaxedOn
from core.sync.contract import ConnectorManifest, Endpoint
from core.sync.documents import (
    CreditNote,
    Invoice,
    Party,
    Payment,
    Product,
    SalesOrder,
    Shipment,
    StockLevel,
    Tax,
)
from core.sync.errors import Rejected
from core.sync.sessions import Sessions
from core.sync.values import Position


@dataclass(frozen=True, slots=True)
class TrytonSession:
    rpc: Rpc
    company: Company
    #: The company's name over there.
    name: str

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        parts = (self.rpc, self.company)
        return [
            Parties(*parts),
            Taxes(*parts),
            Products(*parts),
            StockLevels(*parts),
            Orders(*parts),
            Shipments(*parts),
            Invoices(*parts),
            CreditNotes(*parts),
            Payments(*parts),
        ]

    def check(self) -> str:
        """Look into every feed, so that a missing right is said now. Raises ``Rejected``."""
        for endpoint in self.endpoints:
            for stream in endpoint.streams:
                stream.changed(Position(), 1)
        return f"{self.name}, Tryton {self.rpc.version()}"


@dataclass(frozen=True, slots=True)
class TrytonConnector:
    manifest = ConnectorManifest(
        key="tryton",
        title="Tryton",
        settings=TrytonSettingsSchema,
        documents=(
            Party,
            Tax,
            Product,
            StockLevel,
            SalesOrder,
            Shipment,
            Invoice,
            CreditNote,
            Payment,
        ),
        versions=("8.2",),
        value_maps=("units",),
        # Currency.round and TaxableMixin._get_taxes of 8.2, with taxes rounded per document.
        arithmetic=Arithmetic(rounding=Rounding.HALF_EVEN, taxed_on=TaxedOn.EXACT_GROUPS),
        demo=TrytonDemo,
    )

    def open(self, settings: TrytonSettings, sessions: Sessions) -> TrytonSession:
        """Log in, and read what the whole connection needs."""
        rpc = Rpc(settings, sessions)
        names = ["rec_name", "party", "currency", "currency.code"]
        (row,) = search(rpc, "company.company", [["id", "=", rpc.company]], names=names)
        company = Company(
            id=str(row["id"]),
            currency=row["currency."]["code"],
            currency_id=row["currency"],
            party=row["party"],
            warehouse=_warehouse(rpc, settings.warehouse),
            units=_units(rpc, settings),
        )
        return TrytonSession(rpc, company, row["rec_name"])


def _warehouse(rpc: Rpc, code: str) -> int:
    rows = search(rpc, "stock.location", [["type", "=", "warehouse"]], names=["code", "active"])
    fitting = [row for row in rows if (row["code"] == code if code else row["active"])]
    if not fitting:
        known = ", ".join(str(row["code"]) for row in rows)
        raise Rejected(f"Tryton has no warehouse {code}; it has {known}", field="warehouse")
    return int(fitting[0]["id"])


def _units(rpc: Rpc, settings: TrytonSettings) -> dict[int, Unit]:
    names = ["symbol", "factor", "category", "digits"]
    # Symbols are translated; the table of codes has the original ones.
    rows = search(rpc, "product.uom", [], names=names, context={"language": "en"})
    return units_of(rows, settings.units)
