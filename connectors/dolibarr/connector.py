"""Dolibarr over SOAP and REST: what it offers, and how a connection opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.dolibarr.client import Rest, Soap
from connectors.dolibarr.endpoints.invoices import CreditNotes, Invoices, Payments
from connectors.dolibarr.endpoints.orders import ORDERS, Orders
from connectors.dolibarr.endpoints.parties import Parties
from connectors.dolibarr.endpoints.products import Products, StockLevels, Taxes
from connectors.dolibarr.mapping.company import Company, number
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
from core.sync.errors import AuthFailed, NotFound, Rejected
from core.sync.sessions import Sessions
from core.sync.values import Position

#: An order's currency, and Dolibarr's number of it: none where it is the company's own, which only
#: administrators may ask for (``setup/company``).
_CODE, _FOREIGN = "multicurrency_code", "fk_multicurrency"


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
        """Both wires, whose credentials differ, and every feed: a missing right is said now.

        A wrong warehouse or currency, too: no feed would ever contradict it.
        """
        answer = self.soap.read("other", "getVersions")
        try:
            self._look()
            self._compare()
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

    def _compare(self) -> None:
        try:
            self.rest.get(f"warehouses/{self.company.warehouse}")
        except NotFound as error:
            words = f"Dolibarr has no warehouse with the number {self.company.warehouse}"
            raise Rejected(words, field="warehouse") from error
        for row in self.rest.rows(ORDERS, {"limit": "1", "properties": f"{_CODE},{_FOREIGN}"}):
            own = None if number(row.get(_FOREIGN)) else row.get(_CODE)
            if own and own != self.company.currency:
                words = f"the company works in {own} in Dolibarr, not in {self.company.currency}"
                raise Rejected(words, field="currency")


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
