"""What is only pulled from the scripted Dolibarr: products, stock, invoices, payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connectors.dolibarr.connector import DolibarrSession
from connectors.dolibarr.endpoints.invoices import CreditNotes, Invoices, Payments
from connectors.dolibarr.endpoints.products import Products, StockLevels, Taxes
from core.money import Money
from core.quantity import Quantity
from core.sync.documents import (
    CreditNote,
    Invoice,
    InvoiceState,
    Payment,
    Product,
    StockLevel,
    Tax,
)
from core.testing.connector_kit import endpoint_of, seen_ids
from tests.connectors.dolibarr.server import Dolibarr

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def test_products_their_rates_and_their_stock(dolibarr: Dolibarr, session: DolibarrSession) -> None:
    products, taxes, levels = (endpoint_of(session, kind) for kind in (Product, Tax, StockLevel))
    assert isinstance(products, Products)
    assert isinstance(taxes, Taxes)
    assert isinstance(levels, StockLevels)
    widget, service = (products.read([id_])[0].body for id_ in ("1", "5"))
    assert widget == Product(
        company="1",
        sku="SKU-1",
        name="Widget 1",
        uom="C62",
        unit_price=Money(Decimal("10.5"), "EUR"),
        taxes=("20",),
    )
    assert service is not None
    assert not service.stocked
    dolibarr.books.kinds["products"][2]["tva_tx"] = "5.5000"
    dolibarr.books.kinds["products"][3]["tva_tx"] = "0.0000"
    assert set(seen_ids(taxes.streams[0], 2)) == {"20", "5.5"}
    rates = [seen.body for seen in taxes.read(["5.5", "nonsense", "5.x", "1000"])]
    assert rates == [Tax(company="1", name="5.5 %", rate=Decimal("5.5"))]
    level = levels.read(["1@3", "5@3", "1@4", "nonsense"])
    assert [(seen.ref.id, seen.body) for seen in level] == [
        ("1@3", StockLevel(company="1", product="1", warehouse="3", on_hand=pieces(100)))
    ]


def pieces(amount: int) -> Quantity:
    return Quantity(Decimal(amount), "C62")


def test_stock_that_is_nowhere_is_zero_and_foreign_moves_are_not_ours(
    dolibarr: Dolibarr, session: DolibarrSession
) -> None:
    levels = endpoint_of(session, StockLevel)
    assert isinstance(levels, StockLevels)
    dolibarr.books.kinds["products"][1]["stock_warehouse"] = []  # PHP's empty map
    dolibarr.books.now_s += 1
    dolibarr.books.add("stockmovements", product_id="2", warehouse_id="4", qty="5")
    assert levels.read(["1@3"])[0].body == StockLevel(
        company="1", product="1", warehouse="3", on_hand=pieces(0)
    )
    goods, moves = levels.streams
    assert seen_ids(goods, 100) == ["1@3", "2@3", "3@3", "4@3"]
    assert "2@4" not in seen_ids(moves, 100)


@pytest.fixture
def invoices(dolibarr: Dolibarr, session: DolibarrSession) -> Invoices:
    """1 is partly paid, 2 paid, 3 given up, 4 the credit note of 1, and 5 a draft."""
    rows = dolibarr.books.kinds["invoices"]
    rows[1] |= {"linkedObjectsIds": {"commande": {"9": "12", "3": "5"}}}
    rows[2] |= {"status": "2", "paye": "1", "totalpaid": "25.20", "remaintopay": "0"}
    rows[3] |= {"status": "3", "totalpaid": 0}
    rows[4] |= {"fk_facture_source": "1"}
    rows[5] |= {"status": "0", "ref": "(PROV5)", "totalpaid": 0}
    found = endpoint_of(session, Invoice)
    assert isinstance(found, Invoices)
    return found


def test_invoices_in_every_state(invoices: Invoices) -> None:
    found = {seen.ref.id: seen.body for seen in invoices.read(list("12345"))}
    assert {id_: body.state for id_, body in found.items() if body} == {
        "1": InvoiceState.PARTLY_PAID,
        "2": InvoiceState.PAID,
        "3": InvoiceState.CANCELLED,
        "5": InvoiceState.DRAFT,
    }
    first, draft = found["1"], found["5"]
    assert first is not None
    assert draft is not None
    assert (first.order, first.open) == ("5", Money(Decimal("15.2"), "EUR"))
    assert first.due_on == date(2026, 12, 22)
    assert draft.number is None


def test_invoices_of_a_period_and_their_sum(invoices: Invoices) -> None:
    assert [ref.id for ref in invoices.ids("", 10)] == ["1", "2", "3", "5"]
    assert invoices.ids("", 1) == [invoices.read(["1"])[0].ref], "links are not in lists"
    assert invoices.summarise(*NOVEMBER).totals == (Money(Decimal(42), "EUR"),)
    assert [seen.ref.id for seen in invoices.dated(*NOVEMBER, "1", 2)] == ["2", "3"]


@pytest.mark.usefixtures("invoices")
def test_credit_notes_are_positive_and_apart(session: DolibarrSession) -> None:
    notes = endpoint_of(session, CreditNote)
    assert isinstance(notes, CreditNotes)
    (note,) = notes.read(list("1234"))
    assert note.body is not None
    assert (note.body.invoice, note.body.net) == ("1", Money(Decimal(21), "EUR"))
    assert [ref.id for ref in notes.ids("", 10)] == ["4"]
    assert notes.summarise(*NOVEMBER).totals == (Money(Decimal(21), "EUR"),)
    assert [seen.ref.id for seen in notes.dated(*NOVEMBER, "", 2)] == ["4"]


@pytest.mark.usefixtures("invoices")
def test_payments_are_found_by_their_invoices(session: DolibarrSession) -> None:
    payments = endpoint_of(session, Payment)
    assert isinstance(payments, Payments)
    assert seen_ids(payments.streams[0], 100) == ["1:PAY2611-0001", "2:PAY2611-0002"]
    (payment,) = payments.read(["1:PAY2611-0001", "1:other", "77:none"])
    assert payment.body == Payment(
        company="1",
        customer="1",
        invoice="1",
        amount=Money(Decimal("10.00000000"), "EUR"),
        paid_on=date(2026, 11, 22),
    )


def test_a_payment_moves_the_version_of_its_invoice(
    dolibarr: Dolibarr, session: DolibarrSession
) -> None:
    """The stamp stays: only the sweep sees it."""
    invoices = endpoint_of(session, Invoice)
    assert isinstance(invoices, Invoices)
    before = invoices.ids("", 1)
    dolibarr.books.kinds["invoices"][1]["remaintopay"] = "5.2"
    assert invoices.ids("", 1) != before


def test_many_are_read_in_few_requests_and_none_twice(
    dolibarr: Dolibarr, session: DolibarrSession
) -> None:
    """Where most of a stretch is wanted, a list; the few in between one by one."""
    for place in range(240):
        dolibarr.books.add("products", ref=f"MORE-{place}", type="0", status="1", tva_tx="20")
    del dolibarr.books.kinds["products"][50]
    products = endpoint_of(session, Product)
    assert isinstance(products, Products)
    wanted = [str(number) for number in range(1, 201)] + ["230", "999", "77", "nonsense"]
    dolibarr.calls.clear()
    found = [seen.ref.id for seen in products.read(wanted)]
    there = [str(number) for number in (*range(1, 201), 230) if number != 50]
    assert found == there
    assert dolibarr.calls.count("GET /products") == 2
    assert len(dolibarr.calls) == 4


def test_a_page_of_services_does_not_end_the_sweep_of_levels(
    dolibarr: Dolibarr, session: DolibarrSession
) -> None:
    levels = endpoint_of(session, StockLevel)
    assert isinstance(levels, StockLevels)
    for place in range(3):
        dolibarr.books.add("products", ref=f"SVC-{place}", type="1", status="1", tva_tx="20")
    dolibarr.books.add("products", ref="LAST", type="0", status="1", tva_tx="20")
    assert [ref.id for ref in levels.ids("4@3", 2)] == ["9@3"]
    before = levels.ids("", 1)
    dolibarr.books.kinds["products"][1]["stock_warehouse"]["3"]["real"] = "99"
    assert before != levels.ids("", 1) == [levels.read(["1@3"])[0].ref]
