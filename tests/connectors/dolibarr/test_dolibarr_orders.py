"""Orders at the scripted Dolibarr: what was measured of the real one does no harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.dolibarr.endpoints.orders import Orders
from core.ids import new_reference
from core.money import Money
from core.quantity import Quantity
from core.sync.contract import Guarantee, guarantee
from core.sync.documents import DocumentState, SalesOrder, SalesOrderLine
from core.sync.errors import AuthFailed, InDoubt, NotFound, RateLimited, Rejected, Unsent
from core.sync.values import Done, Outgoing, Ref
from core.testing.connector_kit import done, endpoint_of, seen_ids
from tests.connectors.dolibarr.server import Dolibarr, Fault, opened


def line(**values: Any) -> SalesOrderLine:
    found: dict[str, Any] = {
        "product": "1",
        "quantity": Quantity(Decimal(2), "C62"),
        "unit_price": Money(Decimal("10.50"), "EUR"),
        "taxes": ("20",),
        "text": "Widget ก",
    }
    return SalesOrderLine(**{**found, **values})


def order(*lines: SalesOrderLine, **values: Any) -> Outgoing[SalesOrder]:
    found: dict[str, Any] = {
        "company": "1",
        "customer": "1",
        "lines": lines or (line(),),
        "net": Money(Decimal("21.00"), "EUR"),
        "ordered_on": date(2026, 11, 22),
    }
    return Outgoing(reference=new_reference("SO"), document=SalesOrder(**{**found, **values}))


@pytest.fixture
def connect(dolibarr: Dolibarr) -> Callable[..., Orders]:
    def orders_of(**settings: Any) -> Orders:
        found = endpoint_of(opened(dolibarr, **settings), SalesOrder)
        assert isinstance(found, Orders)
        dolibarr.calls.clear()
        return found

    return orders_of


@pytest.fixture
def orders(connect: Callable[..., Orders]) -> Orders:
    return connect()


def stored(dolibarr: Dolibarr) -> list[dict[str, Any]]:
    return list(dolibarr.books.kinds["orders"].values())


def drafted(orders: Orders, item: Outgoing[SalesOrder] | None = None) -> Ref:
    return done(orders.draft([item or order()])[0]).ref


def test_what_is_promised_is_derived_from_the_verbs(orders: Orders) -> None:
    assert guarantee(orders) is Guarantee.CONFIRMED_ONCE


def test_an_order_is_stored_as_it_was_sent(dolibarr: Dolibarr, orders: Orders) -> None:
    item = order(line(), line(product="5", text="Install – dịch vụ\r\n安装", taxes=()))
    item = replace(item, document=replace(item.document, customer_order="PO-77"))
    drafted(orders, item)
    (row,) = stored(dolibarr)
    assert [part["product_type"] for part in row["lines"]] == ["0", "1"]
    assert [part["desc"] for part in row["lines"]] == ["Widget ก", "Install – dịch vụ\n安装"]
    assert [part["tva_tx"] for part in row["lines"]] == ["20.0000", "0.0000"]
    assert (row["ref_ext"], row["note_public"]) == (item.reference, "PO-77")
    (seen,) = orders.read([row["id"]])
    assert seen.body is not None
    assert seen.body.ordered_on == date(2026, 11, 22)
    assert (seen.body.net, seen.body.state) == (Money(Decimal(42), "EUR"), DocumentState.DRAFT)
    assert seen.body.number is None  # only a provisional one


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (order(line(product="999999")), "lines.0.product"),
        (order(line(), line(unit_price=Money(Decimal("0.333333"), "EUR"))), "lines.1.unit_price"),
        (order(line(unit_price=Money(Decimal(1), "USD"))), "lines.0.unit_price"),
        (order(line(quantity=Quantity(Decimal(1), "KGM"))), "lines.0.quantity"),
        (order(line(taxes=("20", "5.5"))), "lines.0.taxes"),
        (order(line(taxes=("VAT",))), "lines.0.taxes"),
        (order(line(text="x" * 70_000)), "lines.0.text"),
        (order(line(text="ก" * 30_000)), "lines.0.text"),
        (order(line(text="bell \x07")), "lines.0.text"),
        (order(line(text="half \ud800")), "lines.0.text"),
        (order(net=Money(Decimal(21), "USD")), "net"),
        (order(lines=()), "lines"),
        (order(customer="12a"), "customer"),
        (order(customer="777"), "customer"),
        (order(ship_to="9"), "ship_to"),
        (order(payment_terms="net 30"), "payment_terms"),
        (order(customer_order="\x00"), "customer_order"),
        (replace(order(), reference="it's"), "reference"),
        (replace(order(), reference="x" * 256), "reference"),
    ],
)
def test_what_dolibarr_would_bend_is_rejected_by_the_name_of_its_field(
    dolibarr: Dolibarr, orders: Orders, *, item: Outgoing[SalesOrder], field: str
) -> None:
    """In its place: the order beside it goes through."""
    refused, taken = orders.draft([item, order()])
    assert isinstance(refused, Rejected)
    assert refused.field == field
    assert isinstance(taken, Done)
    assert len(stored(dolibarr)) == 1


def test_a_product_that_is_not_for_sale_is_rejected(dolibarr: Dolibarr, orders: Orders) -> None:
    dolibarr.books.kinds["products"][1]["status"] = "0"
    (refused,) = orders.draft([order()])
    assert isinstance(refused, Rejected)
    assert "not for sale" in str(refused)


def test_a_unit_of_the_map_goes_through(dolibarr: Dolibarr, connect: Callable[..., Orders]) -> None:
    dolibarr.books.kinds["products"][1]["fk_unit"] = "7"
    kilograms = order(line(quantity=Quantity(Decimal("1.5"), "KGM")))
    assert isinstance(connect().draft([kilograms])[0], Rejected)
    done(connect(units={"KGM": "7"}).draft([kilograms])[0])


def test_every_record_of_a_reference_is_found_and_no_other(
    dolibarr: Dolibarr, orders: Orders
) -> None:
    """Nothing over there is unique, and case, accents and blanks at the end do not count."""
    item = order()
    first, second = drafted(orders, item), drafted(orders, item)
    done(orders.confirm([second])[0])
    for other in (item.reference.lower(), f"{item.reference} ", f"{item.reference[:-1]}é"):
        row = dolibarr.books.add("orders", **{**stored(dolibarr)[0], "ref_ext": other})
        row["id"] = str(len(stored(dolibarr)))
    found = orders.find([item.reference, "it's not searchable"])
    assert [(hit.ref.id, hit.state.value) for hit in found] == [
        (first.id, "draft"),
        (second.id, "confirmed"),
    ]
    assert {hit.reference for hit in found} == {item.reference}


def test_validation_is_believed_only_when_it_is_read_back(
    dolibarr: Dolibarr, orders: Orders
) -> None:
    ref = drafted(orders)
    confirmed = done(orders.confirm([ref])[0])
    assert (confirmed.state, confirmed.number) == (DocumentState.CONFIRMED, "CO2611-0001")
    assert done(orders.confirm([ref])[0]) == confirmed
    assert dolibarr.calls.count("updateOrder") == 1
    assert "validOrder" not in dolibarr.calls


def test_what_cannot_be_validated_says_so(dolibarr: Dolibarr, orders: Orders) -> None:
    cancelled = drafted(orders)
    stored(dolibarr)[0]["status"] = "-1"
    outcomes = orders.confirm([cancelled, Ref(id="999"), Ref(id="x"), drafted(orders)])
    assert isinstance(outcomes[0], Rejected)
    assert [type(outcome) for outcome in outcomes[1:]] == [NotFound, NotFound, Done]


@pytest.mark.parametrize("fault", [Fault.RACE, Fault.DEADLOCK])
def test_what_the_database_took_back_is_sent_again(
    dolibarr: Dolibarr, orders: Orders, fault: Fault
) -> None:
    dolibarr.faults = {2: fault, 3: fault}  # 1 is the product
    done(orders.draft([order()])[0])
    assert dolibarr.calls == ["GET /products/1", "createOrder", "createOrder", "createOrder"]
    dolibarr.calls.clear()
    dolibarr.faults = {2: fault, 3: fault, 4: fault}
    (tired,) = orders.draft([order()])
    assert isinstance(tired, Unsent)
    assert tired.after_s == 1
    assert len(stored(dolibarr)) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RESET_AFTER, InDoubt),
        (Fault.ERROR_AFTER, InDoubt),
        (Fault.CUT, InDoubt),
        (Fault.PAGE_BEFORE, InDoubt),
        (Fault.PAGE_AFTER, InDoubt),
        (Fault.BUSY, RateLimited),
    ],
)
def test_a_list_stops_where_no_readable_answer_came(
    dolibarr: Dolibarr, orders: Orders, *, fault: Fault, kind: type[Exception]
) -> None:
    dolibarr.faults = {3: fault}  # the second draft
    kinds = [type(outcome) for outcome in orders.draft([order(), order(), order()])]
    assert kinds == [Done, kind, kind if kind is RateLimited else Unsent]
    assert dolibarr.calls.count("createOrder") == 2


@pytest.mark.parametrize("name", ["soap_key", "password", "login"])
def test_wrong_credentials_of_soap_are_no_fault_of_an_order(
    connect: Callable[..., Orders], name: str
) -> None:
    outcomes = connect(**{name: "wrong"}).draft([order(), order()])
    assert [type(outcome) for outcome in outcomes] == [AuthFailed, AuthFailed]


def test_a_wrong_key_of_rest_stops_before_anything_is_written(
    dolibarr: Dolibarr, connect: Callable[..., Orders]
) -> None:
    with pytest.raises(AuthFailed):
        connect(rest_key="wrong").draft([order()])
    assert "createOrder" not in dolibarr.calls


def test_only_a_draft_is_ever_deleted(dolibarr: Dolibarr, orders: Orders) -> None:
    """Dolibarr's own DELETE would remove a validated order as well."""
    stray, kept = drafted(orders), drafted(orders)
    done(orders.confirm([kept])[0])
    dolibarr.calls.clear()
    gone, refused, again = orders.discard([stray, kept, stray])
    assert (done(gone).state, done(again).state) == (DocumentState.CANCELLED,) * 2
    assert isinstance(refused, Rejected)
    assert [row["id"] for row in stored(dolibarr)] == [kept.id]
    assert dolibarr.calls.count(f"DELETE /orders/{kept.id}") == 0


def test_a_delete_that_did_nothing_is_no_success(
    dolibarr: Dolibarr, orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers success for a failure, and 403 for a user without the right."""
    stray = drafted(orders)
    monkeypatch.setattr(type(orders.rest), "delete", lambda *_: None)
    (kept,) = orders.discard([stray])
    assert isinstance(kept, Rejected)
    assert "did not delete" in str(kept)

    def forbidden(*_: object) -> None:
        raise AuthFailed("HTTP 403")

    monkeypatch.setattr(type(orders.rest), "delete", forbidden)
    (kept,) = orders.discard([stray])
    assert isinstance(kept, Rejected)
    assert "delete the draft" in str(kept)
    assert len(stored(dolibarr)) == 1


def test_another_text_of_a_line_moves_the_version_though_not_the_stamp(
    dolibarr: Dolibarr, orders: Orders
) -> None:
    ref = drafted(orders)
    (before,) = orders.ids("", 100)
    stored(dolibarr)[0]["lines"][0]["desc"] = "another text"
    (after,) = orders.ids("", 100)
    assert before.id == after.id == ref.id
    assert before.version != after.version
    assert str(before.version).partition("-")[0] == str(after.version).partition("-")[0]
    assert orders.read([ref.id])[0].ref == after, "a sweep and a read agree"
    assert orders.find([str(orders.read([ref.id])[0].reference)])[0].ref == after


def test_a_period_is_listed_and_added_up(orders: Orders) -> None:
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    refs = [drafted(orders, order(ordered_on=day)) for day in days]
    done(orders.confirm([refs[1]])[0])
    period = (date(2026, 11, 1), date(2026, 11, 30))
    assert [seen.ref.id for seen in orders.dated(*period, "", 10)] == [refs[1].id, refs[2].id]
    assert orders.dated(*period, refs[2].id, 10) == []
    found = orders.summarise(*period)
    assert (found.count, found.totals) == (1, (Money(Decimal(21), "EUR"),))
    assert orders.summarise(days[0], days[0]).totals == ()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Bangkok", "America/New_York"])
def test_changes_are_asked_for_by_the_wall_clock_over_there(
    dolibarr: Dolibarr, connect: Callable[..., Orders], zone: str
) -> None:
    """Nine orders of one second come in pages of two, each once, wherever the server stands."""
    orders = connect(time_zone=zone)
    dolibarr.books.zone = orders.company.zone
    ids = [drafted(orders).id for _ in range(9)]
    dolibarr.books.now_s += 1
    ids.append(drafted(orders).id)
    (stream,) = orders.streams
    assert seen_ids(stream, 2) == ids
    body = orders.read(ids[:1])[0].body
    assert body is not None
    assert body.ordered_on == date(2026, 11, 22)
