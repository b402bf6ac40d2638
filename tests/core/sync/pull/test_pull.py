from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from core.clock import utcnow
from core.events import StoredEvent
from core.ids import new_id
from core.journal import History
from core.money import Money
from core.quantity import Quantity
from core.sync.bindings import ConnectionBindings
from core.sync.documents import (
    DocumentState,
    Invoice,
    InvoiceState,
    Party,
    Product,
    Progress,
    SalesOrder,
    SalesOrderLine,
    StockLevel,
)
from core.sync.errors import AuthFailed, Unsent
from core.sync.inline import InlineContext
from core.sync.models import (
    Binding,
    Connection,
    ConnectionState,
    DeliveryState,
    InboxState,
)
from core.sync.pull import stream
from core.sync.pull.inbox import take
from core.sync.pull.job import pull_once
from core.sync.values import Stream
from modules.billing.models import Invoice as StoredInvoice
from modules.billing.models import Payment
from modules.catalog.models import Product as StoredProduct
from modules.contacts.models import Party as StoredParty
from modules.sales.models import Order
from modules.sales.rules import OrderState
from modules.stock.models import StockLevel as StoredLevel
from tests.core.sync.pull.conftest import ACTOR, Shop, on_sqlite


def order_there(shop: Shop, key: str = "SO1", *, product: str | None = None) -> SalesOrder:
    """Somebody over there takes an order and confirms it."""
    store = shop.erp.store
    customer = store.all(Party)[0].id
    sold = store.all(Product)[0]
    price = sold.body.unit_price or Money(Decimal(1), "EUR")

    line = SalesOrderLine(
        product=product or sold.id, quantity=Quantity(Decimal(2), sold.body.uom), unit_price=price
    )

    order = SalesOrder(
        company="1",
        customer=customer,
        lines=(line,),
        net=Money(price.amount * 2, price.currency),
        ordered_on=utcnow().date(),
        reference=key,
    )
    return shop.erp.confirm(key, order).body


def test_the_first_pull_brings_everything_in_the_order_it_refers_to_each_other(shop: Shop) -> None:
    order_there(shop)
    shop.pull()
    store = shop.erp.store
    assert len(shop.all(StoredParty)) == len(store.all(Party))
    assert len(shop.all(StoredProduct)) == len(store.all(Product))
    assert len(shop.all(StoredLevel)) == len(store.all(StockLevel))
    (order,) = shop.all(Order)
    assert (order.source, order.state) == ("Back office", OrderState.CONFIRMED)
    (invoice,) = shop.all(StoredInvoice)
    assert invoice.order_id == order.id
    assert {cursor.error for cursor in shop.cursors("sales.order")} == {""}


def test_a_second_pull_of_nothing_new_writes_nothing(shop: Shop) -> None:
    order_there(shop)
    shop.pull()
    before = [(product.id, product.observed_at) for product in shop.all(StoredProduct)]
    events = len(shop.all(StoredEvent))
    shop.pull()
    assert [(product.id, product.observed_at) for product in shop.all(StoredProduct)] == before
    assert len(shop.all(StoredEvent)) == events


def test_open_paid_and_open_again_are_three_effects(shop: Shop) -> None:
    order = order_there(shop)
    shop.erp.ship(order.reference or "")
    shop.erp.invoice(order.reference or "")
    shop.pull()
    shop.erp.pay(order.reference or "")
    shop.pull()
    assert shop.all(StoredInvoice)[0].state is InvoiceState.PAID
    assert len(shop.all(Payment)) == 1
    (row,) = shop.erp.store.all(Invoice)
    shop.erp.store.put(row.id, replace(row.body, state=InvoiceState.OPEN, open=row.body.net))
    shop.pull()
    invoice = shop.all(StoredInvoice)[0]
    assert (invoice.state, invoice.open) == (InvoiceState.OPEN, row.body.net.amount)


@on_sqlite
def test_an_order_shipped_and_invoiced_there_is_completed_here(shop: Shop) -> None:
    order = order_there(shop)
    shop.pull()
    shop.erp.ship(order.reference or "")
    shop.pull()
    (stored,) = shop.all(Order)
    assert stored.fulfilment is Progress.FULL
    shop.erp.invoice(order.reference or "")
    shop.pull()
    (stored,) = shop.all(Order)
    assert (stored.billing, stored.state) == (Progress.FULL, OrderState.COMPLETED)


@on_sqlite
def test_what_a_document_refers_to_is_pulled_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer and a product are born while the run is past their streams."""
    store = shop.erp.store
    shop.pull()
    (party, product) = store.all(Party)[0].body, store.all(Product)[0].body
    read = stream.Reader.read

    def read_late(reader: stream.Reader, feed: Stream[Any]) -> stream.Needs:
        if reader.receives.kind == "sales.order" and store.get(Party, "late") is None:
            store.put("late", replace(party, name="Latecomer"))
            store.put("LATE-1", replace(product, sku="LATE-1"))
            order = order_there(shop, "SO9", product="LATE-1")
            store.put("SO9", replace(order, customer="late"), reference="SO9")
        return read(reader, feed)

    monkeypatch.setattr(stream.Reader, "read", read_late)
    shop.pull()
    (order,) = shop.all(Order)
    names = {found.id: found.name for found in shop.all(StoredParty)}
    assert names[order.customer_id] == "Latecomer"


def test_a_document_whose_part_is_not_there_waits_and_holds_up_nobody(shop: Shop) -> None:
    order_there(shop, "SO1", product="GONE")
    order_there(shop, "SO2")
    shop.pull()
    states = {row.external_id: row.state for row in shop.inbox("sales.order")}
    assert states == {"SO1": InboxState.WAITING, "SO2": InboxState.APPLIED}
    (waiting,) = (row for row in shop.inbox("sales.order") if row.state is InboxState.WAITING)
    assert "GONE" in waiting.message
    assert len(shop.all(Order)) == 1


@on_sqlite
def test_an_older_version_than_the_applied_one_is_dropped(shop: Shop) -> None:
    order = order_there(shop)
    shop.pull()
    (row,) = shop.erp.store.all(SalesOrder)
    shop.erp.ship(order.reference or "")
    shop.pull()

    with shop.host.write(ACTOR) as work:
        inbound = next(i for i in work.enabled.inbound if i.kind == "sales.order")
        bindings = ConnectionBindings(work, work.session.get_one(Connection, shop.connection))
        took = take(work, inbound, [row.seen], bindings)  # type: ignore[arg-type]  # not a mirror
    assert (took.written, took.unchanged) == (0, 1)
    assert shop.all(Order)[0].fulfilment is Progress.FULL


def test_pages_are_kept_when_a_later_one_fails(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MIRROR_PAGE", 2)
    calls = 0
    bodies = stream.Reader.bodies

    def fail_at_third(reader: stream.Reader, items: object) -> object:
        nonlocal calls
        if reader.receives.kind == "catalog.product":
            calls += 1
            if calls == 3:
                raise Unsent("the line went dead")
        return bodies(reader, items)  # type: ignore[arg-type]

    monkeypatch.setattr(stream.Reader, "bodies", fail_at_third)
    shop.pull()
    assert len(shop.all(StoredProduct)) == 4
    (cursor,) = shop.cursors("catalog.product")
    assert cursor.error == "the line went dead"
    with shop.host.read(ACTOR) as work:
        assert work.session.scalar(select(Connection.last_error)) == "the line went dead"
    shop.pull()
    assert len(shop.all(StoredProduct)) == len(shop.erp.store.all(Product))
    with shop.host.read(ACTOR) as work:
        assert work.session.scalar(select(Connection.last_error)) == ""


@on_sqlite
def test_refused_credentials_stop_all_calls_until_somebody_acts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def refuse(reader: stream.Reader, _feed: object) -> stream.Needs:
        calls.append(reader.receives.kind)
        raise AuthFailed("Back office refuses the password")

    monkeypatch.setattr(stream.Reader, "read", refuse)
    shop.pull()
    shop.pull()
    assert len(calls) == 1
    with shop.host.read(ACTOR) as work:
        connection = work.session.get_one(Connection, shop.connection)
        assert connection.state is ConnectionState.NEEDS_CREDENTIALS
        assert connection.last_error == "Back office refuses the password"


@on_sqlite
def test_a_stray_draft_with_our_reference_never_becomes_an_order(shop: Shop) -> None:
    """Two drafts carry one reference; the push bound the other one."""
    order = order_there(shop, "SO1")
    with shop.host.write(ACTOR) as work:
        connection = work.session.get_one(Connection, shop.connection)
        work.session.add(
            Binding(
                connection_id=connection.id,
                company_id=connection.company_id,
                kind="sales.order",
                local_id=new_id(),
                external_id="SO0",
                reference="SO-2026-00001-AAAAAA",
                delivery=DeliveryState.CONFIRMED,
            )
        )
    stray = replace(order, state=DocumentState.DRAFT, reference="SO-2026-00001-AAAAAA")
    shop.erp.store.put("SO1", stray, reference="SO-2026-00001-AAAAAA")
    shop.pull()
    assert shop.all(Order) == []
    (row,) = shop.inbox("sales.order")
    assert (row.state, "SO0" in row.message) == (InboxState.APPLIED, True)


@on_sqlite
def test_the_journal_says_that_the_connection_said_it(shop: Shop) -> None:
    order_there(shop)
    shop.pull()
    (order,) = shop.all(Order)
    rows = [row for row in shop.all(History) if row.record_id == order.id]
    assert {row.source for row in rows} == {"Back office"}


@on_sqlite
def test_kinds_that_change_rarely_are_polled_rarely(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.pull()
    read: list[str] = []
    reads = stream.Reader.read

    def noted(reader: stream.Reader, feed: Stream[Any]) -> stream.Needs:
        read.append(reader.receives.kind)
        return reads(reader, feed)

    monkeypatch.setattr(stream.Reader, "read", noted)
    with time_machine.travel(utcnow() + timedelta(seconds=5), tick=False):
        pull_once(InlineContext(shop.host, ACTOR), shop.connection, paced=True)
    assert "sales.order" in read
    assert "catalog.product" not in read
    read.clear()
    with time_machine.travel(utcnow() + timedelta(seconds=60), tick=False):
        pull_once(InlineContext(shop.host, ACTOR), shop.connection, paced=True)
    assert "catalog.product" in read
