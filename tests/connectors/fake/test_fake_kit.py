"""The fake holds to what every connector has to hold to, in memory and in a file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from connectors.fake.connector import FakeConnector, FakeSettings
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from connectors.fake.orders import Orders
from core.clock import utcnow
from core.money import Money
from core.quantity import Quantity
from core.sync.contract import ErpSession, Guarantee, guarantee
from core.sync.documents import (
    Invoice,
    InvoiceState,
    Party,
    Payment,
    Progress,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    StockLevel,
)
from core.sync.http import FrameworkSessions
from core.sync.values import Done, Outgoing
from core.testing.connector_kit import ConnectorKit


def an_order(erp: Erp) -> SalesOrder:
    price = Money(Decimal("89.00"), "EUR")
    line = SalesOrderLine(
        product="CHAIR-01", quantity=Quantity(Decimal(2), "C62"), unit_price=price
    )
    return SalesOrder(
        company="1",
        customer=erp.store.all(Party)[0].id,
        lines=(line,),
        net=price * 2,
        ordered_on=utcnow().date(),
    )


class TestFakeInMemory(ConnectorKit):
    @pytest.fixture(autouse=True)
    def _erp(self, tmp_path: Path) -> None:
        connector = FakeConnector()
        self.connector = connector
        self.settings = self.where(tmp_path)
        path = str(self.settings.get("path", ""))
        self.erp = connector.in_folder(path) if path else connector.memory
        populate(self.erp.store)

    def where(self, folder: Path) -> Mapping[str, Any]:  # noqa: ARG002 - for the subclass
        return {}

    @override
    def open(self) -> ErpSession:
        return self.connector.open(self.loaded(), FrameworkSessions(allowed=()))

    @override
    def order(self) -> SalesOrder:
        return an_order(self.erp)


class TestFakeInAFile(TestFakeInMemory):
    @override
    def where(self, folder: Path) -> Mapping[str, Any]:
        return {"path": str(folder)}


def test_what_the_fake_promises() -> None:
    session = FakeConnector().open(
        FakeSettings(company="1", path="", password=""), FrameworkSessions(allowed=())
    )
    promised = {one.document.__name__: guarantee(one) for one in session.endpoints}
    assert promised["SalesOrder"] is Guarantee.CONFIRMED_ONCE
    assert promised["Party"] is Guarantee.EXACTLY_ONCE
    assert promised["Invoice"] is Guarantee.INBOUND_ONLY


def test_shipped_invoiced_and_paid_the_erp_tells_the_whole_story() -> None:
    erp = Erp()
    populate(erp.store)
    connector = FakeConnector(erp)
    session = connector.open(
        FakeSettings(company="1", path="", password=""), FrameworkSessions(allowed=())
    )
    orders = next(one for one in session.endpoints if isinstance(one, Orders))
    (drafted,) = orders.draft([Outgoing(reference="SO-1-ABCDEF", document=an_order(erp))])
    assert isinstance(drafted, Done)
    orders.confirm([drafted.ref])
    before = erp.store.get(StockLevel, "CHAIR-01/WH")
    erp.ship("SO-1-ABCDEF")
    erp.invoice("SO-1-ABCDEF")
    erp.pay("SO-1-ABCDEF")
    after = erp.store.get(StockLevel, "CHAIR-01/WH")
    order = erp.store.get(SalesOrder, drafted.ref.id)
    (invoice,) = erp.store.all(Invoice)
    (payment,) = erp.store.all(Payment)
    assert before is not None
    assert after is not None
    assert order is not None
    assert before.body.on_hand.amount - after.body.on_hand.amount == 2
    assert (order.body.fulfilment, order.body.billing) == (Progress.FULL, Progress.FULL)
    assert len(erp.store.all(Shipment)) == 1
    assert invoice.body.net == Money(Decimal("178.00"), "EUR")
    assert payment.body.amount == Money(Decimal("213.60"), "EUR")
    assert invoice.body.state is InvoiceState.PAID
