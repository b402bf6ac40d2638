"""What Tryton's rows become, and what our documents become over there: tables, no wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.tryton.mapping import order, product, shipment
from connectors.tryton.mapping.company import Company, trimmed, units_of
from connectors.tryton.wire import decoded, encoded, error_of
from core.money import Money
from core.quantity import Quantity
from core.sync.documents import (
    DocumentState,
    SalesOrder,
    SalesOrderLine,
)
from core.sync.errors import AuthFailed, Conflict, Rejected
from core.sync.values import Outgoing

NOW = datetime(2026, 11, 22, 11, 8, 33, 750752, tzinfo=UTC)
UNITS = [
    {"id": 1, "symbol": "u", "category": 1, "factor": Decimal(1), "digits": 0},
    {"id": 2, "symbol": "kg", "category": 2, "factor": Decimal(1), "digits": 2},
    {"id": 3, "symbol": "g", "category": 2, "factor": Decimal("0.001"), "digits": 2},
    {"id": 4, "symbol": "box", "category": 1, "factor": Decimal(12), "digits": 0},
]
COMPANY = Company(
    id="1", currency="EUR", currency_id=1, party=1, warehouse=5, units=units_of(UNITS, {})
)
CUSTOMER = {
    "name": "Velo Nord KG",
    "active": 1,
    "customer_payment_term": 10,
    "addresses.": [
        {"id": 4, "active": 1, "invoice": 0, "delivery": 0},
        {"id": 5, "active": 1, "invoice": 1, "delivery": 0},
        {"id": 6, "active": 0, "invoice": 0, "delivery": 1},
    ],
}
PRODUCT = {
    "rec_name": "[W1] Widget",
    "active": 1,
    "template.": {"active": 1, "salable": 1, "default_uom": 1},
}
KNOWN = order.Known({"3": CUSTOMER}, {"7": PRODUCT})
LINE = SalesOrderLine(
    product="7",
    quantity=Quantity(Decimal(2), "C62"),
    unit_price=Money(Decimal("19.9"), "EUR"),
    taxes=("1",),
)
ORDER = SalesOrder(
    company="1",
    customer="3",
    lines=(LINE,),
    net=Money(Decimal("39.80"), "EUR"),
    ordered_on=date(2026, 11, 22),
)


def out(document: SalesOrder) -> Outgoing[SalesOrder]:
    return Outgoing(reference="SO-1-ABCDEF", document=document)


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (Decimal("11.0000"), {"__class__": "Decimal", "decimal": "11.0000"}),
        (Decimal("1E+3"), {"__class__": "Decimal", "decimal": "1000"}),
        (date(2026, 11, 22), {"__class__": "date", "year": 2026, "month": 11, "day": 22}),
        (2.5, 2.5),
        (None, None),
        ("ก", "ก"),
    ],
)
def test_typed_values_go_both_ways(value: object, wire: object) -> None:
    assert encoded(value) == wire
    assert decoded(wire) == value


def test_moments_are_naive_utc_over_there_and_aware_here() -> None:
    wire = encoded([{"at": NOW}])
    assert decoded(wire) == [{"at": NOW}]
    assert isinstance(wire, list)
    assert wire[0]["at"]["microsecond"] == 750752


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (["UserError", ["You can not call.", "", None]], Rejected, "You can not call."),
        (["UserError", ["Bad", "Because.", None]], Rejected, "Bad Because."),
        (["UserWarning", ["key_17", "Sure?", "More"]], Rejected, "confirmation: Sure? More"),
        (["ConcurrencyException", "Records were modified"], Conflict, "Records were modified"),
        (["LoginException", ["password", "Password for x", "password"]], AuthFailed, "password"),
        (["'nope'", ""], Rejected, "'nope'"),
        (["'nope'"], Rejected, "'nope'"),
    ],
)
def test_errors_are_sorted(error: list[Any], kind: type, words: str) -> None:
    found = error_of(error)
    assert type(found) is kind
    assert words in str(found)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("0.30000000000000004", "0.3"),
        ("1000.0", "1000"),
        ("-4952.0", "-4952"),
        ("0.0", "0"),
        ("1e-05", "0.00001"),
    ],
)
def test_float_noise_of_quantities_is_taken_away(raw: str, text: str) -> None:
    assert str(COMPANY.quantity(Decimal(raw), 1).amount) == text


def test_trimmed_numbers_have_no_exponent() -> None:
    assert str(trimmed(Decimal("1000.000"))) == "1000"


def test_units_have_un_ece_codes_and_an_own_map_wins() -> None:
    codes = [unit.code for unit in units_of(UNITS, {"BX": "box"}).values()]
    assert codes == ["C62", "KGM", "GRM", "BX"]
    assert units_of(UNITS, {})[4].code == "box", "a unit nobody named keeps its symbol"


def test_a_sale_is_given_everything_a_quotation_needs() -> None:
    values = order.values(out(ORDER), KNOWN, COMPANY)
    lines: Any = values["lines"]
    ((step, (line,)),) = lines
    assert step == "create"
    assert values | {"lines": None} == {
        "reference": "SO-1-ABCDEF",
        "company": 1,
        "currency": 1,
        "party": 3,
        "warehouse": 5,
        "sale_date": date(2026, 11, 22),
        "description": "",
        "invoice_address": 5,
        "shipment_address": 4,
        "payment_term": 10,
        "lines": None,
    }
    assert line == {
        "type": "line",
        "product": 7,
        "description": None,
        "quantity": 2.0,
        "unit": 1,
        "unit_price": Decimal("19.9000"),
        "taxes": [["add", [1]]],
    }


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"customer": "99"}, "customer", "no party 99"),
        ({"net": Money(Decimal(1), "USD")}, "net", "EUR"),
        ({"bill_to": "6"}, "bill_to", "Velo Nord KG has no address 6"),
        ({"ship_to": "999"}, "ship_to", "no address 999"),
        ({"payment_terms": "x"}, "payment_terms", "no id"),
    ],
)
def test_a_wrong_order_names_its_field(change: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Rejected, match=words) as caught:
        order.values(out(replace(ORDER, **change)), KNOWN, COMPANY)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"product": "8"}, "product", "no product 8"),
        ({"unit_price": Money(Decimal("1.12345"), "EUR")}, "unit_price", r"Widget.*four decimals"),
        ({"unit_price": Money(Decimal(1), "USD")}, "unit_price", "Widget.*not in EUR"),
        ({"quantity": Quantity(Decimal(1), "XYZ")}, "quantity", "no unit for XYZ"),
        ({"quantity": Quantity(Decimal(1), "KGM")}, "quantity", "Widget is kept in C62"),
        ({"quantity": Quantity(Decimal("1.5"), "C62")}, "quantity", "Widget.*0 decimals"),
        ({"taxes": ("VAT",)}, "taxes", "VAT"),
    ],
)
def test_a_wrong_line_names_its_field(change: dict[str, Any], field: str, words: str) -> None:
    wrong = replace(ORDER, lines=(LINE, replace(LINE, **change)))
    with pytest.raises(Rejected, match=words) as caught:
        order.values(out(wrong), KNOWN, COMPANY)
    assert caught.value.field == f"lines.1.{field}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"active": 0}, "archived"),
        ({"template.": {"active": 0, "salable": 1, "default_uom": 1}}, "archived"),
        ({"template.": {"active": 1, "salable": 0, "default_uom": 1}}, "may not be sold"),
    ],
)
def test_a_product_that_can_not_be_sold_is_named(change: dict[str, Any], words: str) -> None:
    known = order.Known({"3": CUSTOMER}, {"7": {**PRODUCT, **change}})
    with pytest.raises(Rejected, match=rf"\[W1\] Widget.*{words}"):
        order.values(out(ORDER), known, COMPANY)


def test_a_customer_without_an_address_or_archived_is_named() -> None:
    for change, words in (({"addresses.": []}, "no address"), ({"active": 0}, "archived")):
        known = order.Known({"3": {**CUSTOMER, **change}}, {"7": PRODUCT})
        with pytest.raises(Rejected, match=f"Velo Nord KG.*{words}"):
            order.values(out(ORDER), known, COMPANY)


def test_the_price_is_per_the_unit_it_is_sold_in() -> None:
    """Kept in kilograms at 8 per kilogram, sold in grams."""
    template = {
        "name": "Grease",
        "active": 1,
        "salable": 1,
        "type": "goods",
        "default_uom": 2,
        "sale_uom": 3,
        "account_category.": None,
    }
    row = {
        "id": 9,
        "code": None,
        "active": 1,
        "description": None,
        "list_price_used": Decimal(8),
        "template.": template,
    }
    got = product.product(row, COMPANY)
    assert (got.uom, got.unit_price) == ("GRM", Money(Decimal("0.008"), "EUR"))
    assert (got.sku, got.taxes, got.stocked, got.quantity_places) == ("tryton-9", (), True, 2)


def test_a_tax_is_per_cent() -> None:
    got = product.tax({"name": "VAT", "rate": Decimal("0.055"), "active": 1}, COMPANY)
    assert got.rate == Decimal("5.5")


def test_a_level_is_named_by_product_and_warehouse() -> None:
    assert product.level_id(12, 5) == "12@5"
    assert product.product_of("12@5", 5) == "12"
    assert product.product_of("12@6", 5) == ""


def _shipment(sale_origin: str | None) -> dict[str, Any]:
    move = {"product": 7, "quantity": Decimal(1), "unit": 1, "state": "done"}
    moves = [{**move, "sale.": {"id": 40, "origin": sale_origin}}, {**move, "sale.": None}]
    moves.append({**move, "state": "cancelled", "sale.": None})
    head = {"customer": 3, "state": "received", "number": "R1", "effective_date": None}
    return {**head, "incoming_moves.": moves}


@pytest.mark.parametrize(
    ("origin", "shipped", "returns"),
    [
        ("sale.sale,4", {4: "out-11"}, "out-11"),
        (None, {40: "out-12"}, "out-12"),
        (None, {}, ""),
    ],
)
def test_a_return_names_what_it_came_back_from(
    origin: str | None, shipped: dict[int, str], returns: str
) -> None:
    got = shipment.shipment(_shipment(origin), shipment.RETURN, COMPANY, shipped=shipped)
    assert (got.returns, got.order, got.state) == (returns, "40", DocumentState.CONFIRMED)
    assert len(got.lines) == 2, "a cancelled move brings nothing"


@pytest.mark.parametrize(
    ("reference", "ids"),
    [
        ("stock.shipment.out,5", ["out-5"]),
        ("stock.shipment.out.return,5", ["return-5"]),
        ("stock.shipment.in,5", []),
        (None, []),
    ],
)
def test_moves_name_the_shipment_they_belong_to(reference: str | None, ids: list[str]) -> None:
    assert shipment.ids_of(reference) == ids
