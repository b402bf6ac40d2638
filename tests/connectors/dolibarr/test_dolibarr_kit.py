"""The connector for Dolibarr holds to what every connector has to hold to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from typing_extensions import override

from connectors.dolibarr import connector
from core.money import Money
from core.quantity import Quantity
from core.sync.contract import ErpSession
from core.sync.documents import SalesOrder, SalesOrderLine
from core.sync.http import FrameworkSessions
from core.testing.connector_kit import ConnectorKit
from tests.connectors.dolibarr.server import Dolibarr


class TestDolibarr(ConnectorKit):
    connector = connector

    @pytest.fixture(autouse=True)
    def _erp(self, dolibarr: Dolibarr) -> None:
        self.settings = dolibarr.settings

    @override
    def open(self) -> ErpSession:
        return connector.open(self.loaded(), FrameworkSessions(allowed=("127.0.0.1",)))

    @override
    def order(self) -> SalesOrder:
        line = SalesOrderLine(
            product="1",
            quantity=Quantity(Decimal(2), "C62"),
            unit_price=Money(Decimal("10.12345"), "EUR"),
            taxes=("20",),
        )
        return SalesOrder(
            company="1",
            customer="1",
            lines=(line,),
            net=Money(Decimal("20.25"), "EUR"),
            ordered_on=date(2026, 11, 22),
        )
