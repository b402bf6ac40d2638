"""Dolibarr over SOAP and REST: what it offers, and how a connection opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.dolibarr.client import Rest, Soap
from connectors.dolibarr.endpoints.invoices import CreditNotes, Invoices, Payments
from connectors.dolibarr.endpoints.orders import Orders
from connectors.dolibarr.endpoints.parties import Parties
from connectors.dolibarr.endpoints.products import Products, StockLevels, Taxes
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.settings import DolibarrSettings, DolibarrSettingsSchema
from core.sync.contract import ConnectorManifest, Endpoint
from core.sync.documents import (
    CreditNote,
    Invoice,
    Party,
    Payment,
    Product,
    SalesOrder,
    StockLevel,
    Tax,
)
from core.sync.egress import EgressRefused
from core.sync.errors import AuthFailed
from core.sync.sessions import Sessions
from core.sync.values import Position


@dataclass(frozen=True, slots=True)
class DolibarrSession:
    soap: Soap
    rest: Rest
    company: Company

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        both, inward = (self.soap, self.rest, self.company), (self.rest, self.company)
        return [
            Parties(*both),
            Taxes(*inward),
            Products(*inward),
            StockLevels(*inward),
            Orders(*both),
            Invoices(*inward),
            CreditNotes(*inward),
            Payments(*inward),
        ]

    def check(self) -> str:
        """Both wires, whose credentials differ, and every feed: a missing right is said now."""
        answer = self.soap.read("other", "getVersions")
        try:
            self._look()
        except EgressRefused:
            raise
        except AuthFailed as error:
            words = f"Dolibarr refuses the API key, or its user a right: {error}"
            raise AuthFailed(words, fields={"rest_key": words}) from error
        return f"Dolibarr {answer['dolibarr']}"

    def _look(self) -> None:
        for endpoint in self.endpoints:
            for stream in endpoint.streams:
                stream.changed(Position(), 1)


@dataclass(frozen=True, slots=True)
class DolibarrConnector:
    manifest = ConnectorManifest(
        key="dolibarr",
        title="Dolibarr",
        settings=DolibarrSettingsSchema,
        documents=(
            Party,
            Tax,
            Product,
            StockLevel,
            SalesOrder,
            Invoice,
            CreditNote,
            Payment,
        ),
        versions=("22.0.4",),
        value_maps=("units",),
    )

    def open(self, settings: DolibarrSettings, sessions: Sessions) -> DolibarrSession:
        """Nothing is asked yet: neither wire has a login of its own."""
        company = Company(
            id=settings.entity,
            currency=settings.currency,
            warehouse=settings.warehouse,
            zone=settings.zone,
            units=settings.units,
        )
        return DolibarrSession(Soap(settings, sessions), Rest(settings, sessions), company)
