"""The connector against a real Tryton: what it promises, and what the ERP really does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from connectors.tryton.client import Rpc
from connectors.tryton.connector import TrytonSession
from connectors.tryton.endpoints.invoices import CreditNotes, Invoices, Payments
from connectors.tryton.endpoints.orders import Orders
from connectors.tryton.endpoints.parties import Parties
from connectors.tryton.endpoints.products import Products, StockLevels, Taxes
from connectors.tryton.endpoints.shipments import Shipments
from connectors.tryton.mapping import order as mapping
from core.clock import utcnow
from core.errors import RuleBroken
from core.money import Money
from core.quantity import Quantity
from core.sync.contract import Guarantee, Lists, guarantee
from core.sync.documents import (
    Address,
    ContactPoint,
    Document,
    DocumentState,
    InvoiceState,
    Party,
    Product,
    Progress,
    SalesOrder,
    SalesOrderLine,
)
from core.sync.errors import AuthFailed, Conflict, InDoubt, Rejected, Unsent
from core.sync.values import Done, Outcome, Outgoing, Position, Ref, Stream
from tests.fixtures_tryton import RunningTryton

pytestmark = pytest.mark.tryton

_NUMBERS = count(1)
CUSTOMER = "3"
CITY_BIKE = "[BIKE-CITY-28] City bicycle 28 inch"
FOUR_DECIMALS = "Tryton keeps four decimals of a price"
TODAY = utcnow().date()


@pytest.fixture(scope="module")
def session(tryton: RunningTryton) -> TrytonSession:
    return tryton.open()


@pytest.fixture
def orders(session: TrytonSession) -> Orders:
    return Orders(session.rpc, session.company)


@pytest.fixture(scope="module")
def products(session: TrytonSession) -> dict[str, tuple[str, Product]]:
    endpoint = Products(session.rpc, session.company)
    seen = endpoint.read([str(number) for number in range(1, 100)])
    return {one.body.sku: (one.ref.id, one.body) for one in seen if one.body}


def order(*lines: tuple[str, str, str]) -> SalesOrder:
    """Lines of product id, quantity and price."""
    made = tuple(
        SalesOrderLine(
            product=product,
            quantity=Quantity(Decimal(quantity), "C62"),
            unit_price=Money(Decimal(price), "EUR"),
            taxes=("1",),
        )
        for product, quantity, price in lines
    )
    net = sum(
        (
            Money(line.quantity.amount * line.unit_price.amount, "EUR").rounded().amount
            for line in made
        ),
        Decimal(0),
    )
    return SalesOrder(
        company="1", customer=CUSTOMER, lines=made, net=Money(net, "EUR"), ordered_on=TODAY
    )


def outgoing(document: SalesOrder) -> Outgoing[SalesOrder]:
    return Outgoing(reference=f"SO-2026-{next(_NUMBERS):05d}-TEST42", document=document)


def done(outcome: Outcome) -> Done:
    assert isinstance(outcome, Done), outcome
    return outcome


def confirmed(orders: Orders, document: SalesOrder) -> tuple[str, Ref]:
    item = outgoing(document)
    ref = done(orders.draft([item])[0]).ref
    return item.reference, done(orders.confirm([ref])[0]).ref


def ids_in(stream: Stream[Document], *, pages_of: int) -> Iterator[str]:
    position: Position | None = Position()
    while position is not None:
        page = stream.changed(position, pages_of)
        yield from (item.ref.id for item in page.items)
        position = page.next


def test_the_connection_says_where_it_is(session: TrytonSession) -> None:
    assert session.check() == "Acme Back Office, Tryton 8.2"


def test_orders_are_confirmed_once_and_parties_exist_once(session: TrytonSession) -> None:
    promised = {endpoint.document.__name__: guarantee(endpoint) for endpoint in session.endpoints}
    assert promised.pop("SalesOrder") is Guarantee.CONFIRMED_ONCE
    assert promised.pop("Party") is Guarantee.EXACTLY_ONCE
    assert set(promised.values()) == {Guarantee.INBOUND_ONLY}


def test_the_first_pull_shows_what_the_erp_has(
    session: TrytonSession, products: dict[str, tuple[str, Product]]
) -> None:
    bike = products["BIKE-CITY-28"][1]
    assert (bike.uom, bike.unit_price) == ("C62", Money(Decimal("649.00"), "EUR"))
    assert (bike.taxes, bike.stocked, bike.quantity_places) == (("1",), True, 0)
    hour = products["SERVICE-HOUR"][1]
    assert (hour.uom, hour.stocked) == ("HUR", False)
    (tax,) = Taxes(session.rpc, session.company).read(["1"])
    assert tax.body
    assert tax.body.rate == 20
    parties = Parties(session.rpc, session.company)
    names = [p.body.name for p in parties.read([str(n) for n in range(1, 60)]) if p.body]
    assert {"ร้านจักรยานกรุงเทพ", "Xe đạp Hà Nội", "王芳"} <= set(names)
    assert "Acme Back Office" not in names, "the company itself is no customer"


def test_every_stream_can_be_resumed_at_any_position(session: TrytonSession) -> None:
    """In pages of seven, of one, and whole: the same ids in the same order."""
    for endpoint in session.endpoints:
        for stream in endpoint.streams:
            whole = list(ids_in(stream, pages_of=1000))
            assert list(ids_in(stream, pages_of=7)) == whole, stream.name
    parties = Parties(session.rpc, session.company).streams[0]
    assert len(list(ids_in(parties, pages_of=1))) >= 40


def test_stamps_move_with_what_belongs_to_a_party(
    tryton: RunningTryton, session: TrytonSession
) -> None:
    endpoint = Parties(session.rpc, session.company)
    (before,) = endpoint.read(["7"])
    address = int(before.body.addresses[0].id) if before.body else 0
    tryton.rpc("party.address", "write", [address], {"city": "Moved"})
    (after,) = endpoint.read(["7"])
    assert after.ref.version != before.ref.version
    assert after.body
    assert after.body.addresses[0].city == "Moved"
    swept = {ref.id: ref.version for ref in endpoint.ids("", 1000)}
    assert swept["7"] == after.ref.version
    changed = endpoint.streams[1].changed(Position(stamp=before.stamp), 100)
    assert "7" in [item.ref.id for item in changed.items]


def test_sweeps_go_page_by_page_to_the_end(session: TrytonSession) -> None:
    for endpoint in session.endpoints:
        if isinstance(endpoint, Lists):
            ids, after = [], ""
            while page := endpoint.ids(after, 4):
                ids += [ref.id for ref in page]
                after = page[-1].id
            assert len(ids) == len(set(ids)) == len(endpoint.ids("", 1000))


def test_every_kind_can_be_swept(session: TrytonSession) -> None:
    for endpoint in session.endpoints:
        assert isinstance(endpoint, Lists), endpoint.document.__name__


def test_the_listed_version_of_a_level_moves_with_its_stock(
    tryton: RunningTryton, session: TrytonSession
) -> None:
    """A level is no record over there: it has no stamp."""
    endpoint = StockLevels(session.rpc, session.company)
    before = {ref.id: ref.version for ref in endpoint.ids("", 1000)}
    (read,) = endpoint.read([min(before)])
    assert read.body
    values = {
        "product": int(read.body.product),
        "quantity": 3.0,
        "unit": 1,
        "from_location": _location(tryton, "supplier"),
        "to_location": _storage(tryton),
        "unit_price": Decimal(1),
        "currency": session.company.currency_id,
    }
    (move,) = tryton.rpc("stock.move", "create", [values], company=1)
    tryton.rpc("stock.move", "do", [move], company=1)
    after = {ref.id: ref.version for ref in endpoint.ids("", 1000)}
    assert {key for key in before if after[key] != before[key]} == {min(before)}


def _location(tryton: RunningTryton, kind: str) -> int:
    (number, *_) = tryton.rpc("stock.location", "search", [["type", "=", kind]])
    return int(number)


def _storage(tryton: RunningTryton) -> int:
    (row, *_) = tryton.rpc(
        "stock.location",
        "search_read",
        [["type", "=", "warehouse"]],
        0,
        1,
        None,
        ["storage_location"],
    )
    return int(row["storage_location"])


def test_a_confirmed_order_is_one_sale_with_our_lines_and_net(
    tryton: RunningTryton, orders: Orders
) -> None:
    document = order(("1", "2", "649.1234"), ("10", "3", "21.5"), ("11", "1000", "0.0333"))
    item = outgoing(document)
    drafted = done(orders.draft([item])[0])
    assert drafted.state is DocumentState.DRAFT
    (found,) = orders.find([item.reference])
    assert (found.customer, found.net) == (document.customer, document.net)
    confirmation = done(orders.confirm([drafted.ref])[0])
    assert confirmation.state is DocumentState.CONFIRMED
    assert confirmation.number
    (sale,) = tryton.sales(item.reference)
    assert sale["state"] == "processing"
    (seen,) = orders.read([drafted.ref.id])
    assert seen.body
    assert [(line.product, line.quantity, line.unit_price.amount) for line in seen.body.lines] == [
        (line.product, line.quantity, line.unit_price.amount) for line in document.lines
    ]
    assert seen.body.tax == Money(
        (document.net.amount * Decimal("0.2")).quantize(Decimal("0.01")), "EUR"
    )
    assert (seen.reference, seen.ref.version) == (item.reference, confirmation.ref.version)


def test_confirming_again_is_harmless(orders: Orders) -> None:
    _, ref = confirmed(orders, order(("1", "1", "649")))
    assert done(orders.confirm([ref])[0]).ref == ref


def test_a_crash_after_the_draft_finds_it_and_goes_on(tryton: RunningTryton) -> None:
    item = outgoing(order(("2", "1", "899")))
    before = tryton.open()
    Orders(before.rpc, before.company).draft([item])  # and nobody learnt of it
    after = tryton.open()
    orders = Orders(after.rpc, after.company)
    (found,) = orders.find([item.reference])
    assert found.state is DocumentState.DRAFT
    done(orders.confirm([found.ref])[0])
    assert [sale["state"] for sale in tryton.sales(item.reference)] == ["processing"]


def test_two_racing_drafts_end_as_one_confirmed_sale(tryton: RunningTryton) -> None:
    item = outgoing(order(("2", "1", "899")))
    sessions = [tryton.open(), tryton.open()]

    def draft(session: TrytonSession) -> Ref:
        return done(Orders(session.rpc, session.company).draft([item])[0]).ref

    with ThreadPoolExecutor(2) as threads:
        winner, loser = threads.map(draft, sessions)
    orders = Orders(sessions[0].rpc, sessions[0].company)
    assert {hit.ref.id for hit in orders.find([item.reference])} == {winner.id, loser.id}
    done(orders.confirm([winner])[0])
    assert done(orders.discard([loser])[0]).state is DocumentState.CANCELLED
    done(orders.discard([loser])[0])
    assert [hit.ref.id for hit in orders.find([item.reference])] == [winner.id]
    assert isinstance(orders.discard([winner])[0], Rejected), "a confirmed order is left alone"
    assert len(tryton.sales(item.reference)) == 1


def test_a_lost_answer_is_in_doubt_and_the_sale_is_found_once(tryton: RunningTryton) -> None:
    """Frozen while we draft: the request lies in its socket and is carried out later."""
    item = outgoing(order(("3", "1", "899")))
    session = tryton.open(deadline_s=1.5)
    orders = Orders(session.rpc, session.company)
    known = orders._known([item.document])
    values = [_values(item, known, session)]
    with tryton.freeze():
        with pytest.raises(InDoubt):
            session.rpc.call("sale.sale", "create", values)
        with pytest.raises(Unsent):
            orders.find([item.reference])
    patient = tryton.open()
    (found,) = Orders(patient.rpc, patient.company).find([item.reference])
    assert found.state is DocumentState.DRAFT


def _values(item: Outgoing[SalesOrder], known: Any, session: TrytonSession) -> dict[str, object]:
    return mapping.values(item, known, session.company)


def test_twenty_orders_go_out_in_one_batch(tryton: RunningTryton, orders: Orders) -> None:
    items = [outgoing(order((str(n + 1), "1", "10.5"), ("1", "1", "9"))) for n in range(20)]
    refs = [done(outcome).ref for outcome in orders.draft(items)]
    outcomes = [done(outcome) for outcome in orders.confirm(refs)]
    assert [outcome.ref.id for outcome in outcomes] == [ref.id for ref in refs]
    for item in items:
        (sale,) = tryton.sales(item.reference)
        assert (sale["state"], sale["untaxed_amount"]) == ("processing", item.document.net.amount)


def test_a_rejected_order_names_its_product_and_the_others_go_on(
    tryton: RunningTryton, orders: Orders
) -> None:
    tryton.rpc("product.product", "write", [25], {"active": False})
    items = [
        outgoing(order(("1", "1", "9"))),
        outgoing(order(("25", "1", "9"))),
        outgoing(order(("99999", "1", "9"))),
        outgoing(order(("1", "1", "9.12345"))),
        outgoing(replace(order(("1", "1", "9")), customer="99999")),
    ]
    good, *bad = orders.draft(items)
    tryton.rpc("product.product", "write", [25], {"active": True})
    done(good)
    assert [(str(error), error.field) for error in bad if isinstance(error, Rejected)] == [
        ("[SERVICE-HOUR] Workshop hour is archived in Tryton", "lines.0.product"),
        ("Tryton knows no product 99999", "lines.0.product"),
        (f"{CITY_BIKE}: {FOUR_DECIMALS}, and 9.12345 has more", "lines.0.unit_price"),
        ("Tryton knows no party 99999", "customer"),
    ]
    assert [len(tryton.sales(item.reference)) for item in items] == [1, 0, 0, 0, 0]


def test_what_only_tryton_can_refuse_is_said_in_its_words(
    tryton: RunningTryton, orders: Orders
) -> None:
    ref = done(orders.draft([outgoing(order(("1", "1", "9")))])[0]).ref
    tryton.rpc("sale.sale", "write", [int(ref.id)], {"invoice_address": None})
    with pytest.raises(Rejected, match="must enter an invoice address"):
        orders.confirm([ref])


def test_an_order_shipped_billed_and_paid_comes_back_so(
    tryton: RunningTryton, session: TrytonSession, orders: Orders
) -> None:
    levels = StockLevels(session.rpc, session.company)
    before = _on_hand(levels, "5@5")
    reference, ref = confirmed(orders, order(("5", "2", "2790"), ("6", "1", "289")))
    assert _progress(orders, ref) == (Progress.NONE, Progress.NONE)
    assert tryton.demo.ship(reference).startswith("shipped ")
    assert _progress(orders, ref) == (Progress.FULL, Progress.NONE)
    assert _on_hand(levels, "5@5") == before - 2
    tryton.demo.invoice(reference)
    assert _progress(orders, ref) == (Progress.FULL, Progress.FULL)
    invoices = Invoices(session.rpc, session.company)
    bill = _of_order(invoices, ref.id)
    assert (bill.state, bill.open) == (InvoiceState.OPEN, Money(Decimal("7042.80"), "EUR"))
    assert bill.due_on == TODAY + timedelta(days=30)
    tryton.demo.pay(reference)
    settled = _of_order(invoices, ref.id)
    assert (settled.state, settled.open.amount) == (InvoiceState.PAID, Decimal(0))
    payments = Payments(session.rpc, session.company)
    seen = payments.read(list(ids_in(payments.streams[0], pages_of=50)))
    assert Money(Decimal("7042.80"), "EUR") in [one.body.amount for one in seen if one.body]
    shipments = Shipments(session.rpc, session.company)
    bodies = [s.body for s in shipments.read(list(ids_in(shipments.streams[0], pages_of=50)))]
    (shipped,) = [body for body in bodies if body and body.order == ref.id]
    assert (shipped.state, shipped.shipped_on) == (DocumentState.CONFIRMED, TODAY)
    assert tryton.demo.ship(reference) == f"nothing of {reference} is left to ship"


def _on_hand(levels: StockLevels, id_: str) -> Decimal:
    (seen,) = levels.read([id_])
    assert seen.body
    return seen.body.on_hand.amount


def _progress(orders: Orders, ref: Ref) -> tuple[Progress | None, Progress | None]:
    (seen,) = orders.read([ref.id])
    assert seen.body
    return seen.body.fulfilment, seen.body.billing


def _of_order(invoices: Invoices, sale: str) -> Any:
    ids = list(ids_in(invoices.streams[0], pages_of=50))
    (found,) = [s.body for s in invoices.read(ids) if s.body and s.body.order == sale]
    return found


def test_short_stock_is_said_and_ships_nothing(tryton: RunningTryton, orders: Orders) -> None:
    reference, ref = confirmed(orders, order(("7", "5000", "1")))
    with pytest.raises(RuleBroken, match="the stock is short"):
        tryton.demo.ship(reference)
    assert _progress(orders, ref) == (Progress.NONE, Progress.NONE)


def test_a_refund_is_a_credit_note_for_its_invoice(
    tryton: RunningTryton, session: TrytonSession, orders: Orders
) -> None:
    reference, ref = confirmed(orders, order(("8", "2", "84.90")))
    tryton.demo.invoice(reference)
    invoices = Invoices(session.rpc, session.company)
    bill = _number_of(tryton, ref)
    _refund(tryton.demo.rpc(), bill)
    (credited,) = invoices.read([str(bill)])
    assert credited.body
    assert (credited.body.state, credited.body.open.amount) == (InvoiceState.CREDITED, Decimal(0))
    notes = CreditNotes(session.rpc, session.company)
    seen = notes.read(list(ids_in(notes.streams[0], pages_of=50)))
    (note,) = [one.body for one in seen if one.body and one.body.invoice == str(bill)]
    assert (note.net, note.tax) == (Money(Decimal("169.80"), "EUR"), Money(Decimal("33.96"), "EUR"))
    assert note.order == ref.id


def _number_of(tryton: RunningTryton, ref: Ref) -> int:
    (row,) = tryton.rpc("sale.sale", "read", [int(ref.id)], ["invoices"])
    return int(row["invoices"][0])


def _refund(rpc: Rpc, invoice: int) -> None:
    wizard = "wizard.account.invoice.credit"
    context: dict[str, object] = {
        "active_model": "account.invoice",
        "active_id": invoice,
        "active_ids": [invoice],
    }
    (session, *_rest) = rpc.request(f"{wizard}.create", context=context)
    rpc.request(f"{wizard}.execute", session, {}, "start", context=context)
    given = {"start": {"with_refund": True, "with_refund_allowed": True, "invoice_date": None}}
    rpc.request(f"{wizard}.execute", session, given, "credit", context=context)
    rpc.request(f"{wizard}.delete", session)


def test_a_party_is_pushed_once_whatever_happens(tryton: RunningTryton) -> None:
    document = Party(
        company="1",
        name="Nhà xe Hội An",
        tax_id="0301234567",
        addresses=(Address(id="", street="1 Trần Phú", city="Hội An", country="VN"),),
        contact_points=(ContactPoint(kind="email", value="shop@hoian.example"),),
    )
    item = Outgoing(reference="C-2026-00001-RACE42", document=document)
    sessions = [tryton.open(), tryton.open()]

    def push(session: TrytonSession) -> str:
        return done(Parties(session.rpc, session.company).upsert([item])[0]).ref.id

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(push, sessions)
    assert first == second == push(sessions[0])
    parties = Parties(sessions[0].rpc, sessions[0].company)
    (seen,) = parties.read([first])
    assert seen.body
    assert (seen.reference, seen.body.name) == (item.reference, document.name)
    assert (seen.body.tax_id, seen.body.contact_points) == (
        document.tax_id,
        document.contact_points,
    )
    assert replace(seen.body.addresses[0], id="") == document.addresses[0]


def test_a_changed_party_is_written_unless_it_changed_over_there(session: TrytonSession) -> None:
    parties = Parties(session.rpc, session.company)
    (seen,) = parties.read(["9"])
    assert seen.body
    renamed = Outgoing(
        reference="9", document=replace(seen.body, name="Elbe Bikes GmbH"), ref=seen.ref
    )
    done(parties.upsert([renamed])[0])
    (now,) = parties.read(["9"])
    assert now.body
    assert now.body.name == "Elbe Bikes GmbH"
    assert len(now.body.addresses) == len(seen.body.addresses)
    assert isinstance(parties.upsert([renamed])[0], Conflict), "its version is an old one"


def test_a_batch_of_parties_is_one_call(session: TrytonSession) -> None:
    items = [
        Outgoing(reference=f"C-2026-1{n:04d}-BATCH4", document=Party(company="1", name=f"P {n}"))
        for n in range(30)
    ]
    parties = Parties(session.rpc, session.company)
    refs = [done(outcome).ref.id for outcome in parties.upsert(items)]
    assert [done(outcome).ref.id for outcome in parties.upsert(items)] == refs
    assert len(set(refs)) == 30


def test_an_expired_session_is_renewed_without_a_word(
    tryton: RunningTryton, session: TrytonSession
) -> None:
    mine = tryton.open()
    tryton.query("DELETE FROM ir_session")
    assert mine.check() == session.check()
    done(Orders(mine.rpc, mine.company).draft([outgoing(order(("1", "1", "9")))])[0])


def test_a_wrong_password_is_said_in_words_and_tried_once(fresh_tryton: RunningTryton) -> None:
    for _ in range(3):
        with pytest.raises(AuthFailed, match="refuses the user tandem or the password"):
            fresh_tryton.open(password="not it")
    attempts = fresh_tryton.query("SELECT COUNT(*) FROM res_user_login_attempt")
    assert attempts == [(3,)], "one attempt each: six would shut the right password out, too"
    assert fresh_tryton.open().check()


@pytest.mark.parametrize("groups", [("Sales", "Accounting"), ("Sales",)])
def test_the_rights_the_readme_names_are_enough_and_needed(
    tryton: RunningTryton, groups: tuple[str, ...]
) -> None:
    login = "-".join(groups)
    found = tryton.rpc("res.group", "search", [["name", "in", groups]])
    values = {"name": login, "login": login, "password": "Radkappe-4711-x", "company": 1}
    values |= {"companies": [["add", [1]]], "groups": [["add", found]]}
    tryton.rpc("res.user", "create", [values])
    session = tryton.open(user=login, password="Radkappe-4711-x")
    if "Accounting" not in groups:
        with pytest.raises(Rejected, match="not allowed to access"):
            session.check()
        return
    assert session.check().startswith("Acme")
    orders = Orders(session.rpc, session.company)
    _, ref = confirmed(orders, order(("1", "1", "649")))
    assert _progress(orders, ref) == (Progress.NONE, Progress.NONE)
    party = Outgoing(reference=f"C-{login}", document=Party(company="1", name="Rights"))
    done(Parties(session.rpc, session.company).upsert([party])[0])


def test_an_unknown_database_or_warehouse_is_said_in_words(tryton: RunningTryton) -> None:
    with pytest.raises(AuthFailed, match="no database nowhere"):
        tryton.open(database="nowhere")
    with pytest.raises(Rejected, match="no warehouse X; it has WH"):
        tryton.open(warehouse="X")


def test_a_stopped_erp_is_unsent_and_comes_back_with_its_data(fresh_tryton: RunningTryton) -> None:
    session = fresh_tryton.open()
    item = outgoing(order(("1", "1", "9")))
    Orders(session.rpc, session.company).draft([item])
    fresh_tryton.demo.stop()
    with pytest.raises(Unsent):
        session.rpc.call("sale.sale", "create", [{}])
    fresh_tryton.demo.start(lambda _line: None)
    assert len(Orders(session.rpc, session.company).find([item.reference])) == 1
