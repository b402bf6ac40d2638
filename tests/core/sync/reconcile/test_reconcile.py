"""What a statement finds: each fault planted in the ERP, and named by its document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from core.db.base import Base
from core.money import Money
from core.sync.documents import Invoice, InvoiceState, Party, Payment, SalesOrder, StockLevel
from core.sync.errors import Unsent
from core.sync.models import Binding, DeliveryState
from core.sync.reconcile.freeze import is_intact
from core.sync.reconcile.models import Statement, StatementDifference, StatementLine
from tests.core.sync.reconcile.books import FIRST, INVOICE, LAST, ORDER, Books

TODAY_KINDS = ("contacts.party", "stock.level")
#: Of tables that are there: those of test modules are not.
OURS = ("core_", "contacts_", "catalog_", "stock_", "sales_", "billing_")


def test_both_sides_agree(books: Books) -> None:
    found = books.state()
    assert found.named == []
    assert found.statement.agrees
    invoices = found.kind(INVOICE)
    assert invoices["ours"] == invoices["theirs"]
    assert invoices["ours"]["sums"] == {"EUR": {"net": "55.1", "total": "57.1"}}
    assert len([day for day in found.days if day.kind == INVOICE]) == 10
    assert all(found.kind(kind)["ours"]["count"] for kind in TODAY_KINDS)


def test_one_dropped_there_is_named(books: Books) -> None:
    books.office.erp.store.delete(Invoice, "I00003")
    found = books.state(INVOICE)
    assert found.named == [("missing_there", "INV00003", "look")]
    assert not found.statement.agrees
    [gone] = found.differences
    assert (gone.theirs, gone.ours and gone.ours["net"]) == (None, "3.01")
    assert [day.day for day in found.days if not day.agrees] == [FIRST + timedelta(days=3)]


def test_one_dropped_on_the_way_here_is_named(books: Books) -> None:
    late = books.office.erp.store.get(Invoice, "I00003")
    assert late is not None
    books.unseen("I00099", replace(late.body, number="INV00099"))
    books.office.pull(books.connection)
    found = books.state(INVOICE)
    assert found.named == [("missing_here", "INV00099", "pull_again")]
    assert found.differences[0].ours is None


def test_one_cent_is_named(books: Books) -> None:
    books.behind_our_back("I00004", net=Money(Decimal("4.02"), "EUR"))
    found = books.state(INVOICE)
    assert found.named == [("amount", "INV00004", "pull_again")]
    [cent] = found.differences
    assert cent.ours is not None
    assert cent.theirs is not None
    assert (cent.ours["net"], cent.theirs["net"]) == ("4.01", "4.02")


def test_faults_that_cancel_out_in_the_sums_are_named_all_the_same(books: Books) -> None:
    day = FIRST + timedelta(days=4)
    books.behind_our_back("I00004", net=Money(Decimal("4.02"), "EUR"))
    books.behind_our_back("I00005", net=Money(Decimal("5.00"), "EUR"), issued_on=day)
    found = books.state(INVOICE)
    assert found.kind(INVOICE)["ours"]["sums"] == found.kind(INVOICE)["theirs"]["sums"]
    assert {what for what, _name, _remedy in found.named} == {"amount", "midnight"}


def test_one_moved_across_midnight_is_named_also_at_the_edge_of_a_period(books: Books) -> None:
    for number, days in ((1, -1), (5, 1)):
        ours = FIRST + timedelta(days=number)
        theirs = ours + timedelta(days=days)
        books.behind_our_back(f"I{number:05}", issued_on=theirs)
        for day in (ours, theirs):
            found = books.state(INVOICE, first=day, last=day)
            [moved] = [one for one in found.differences if one.name == f"INV{number:05}"]
            assert (moved.what, moved.day) == ("midnight", theirs)
            assert moved.ours is not None
            assert moved.theirs is not None
            assert moved.ours["day"] == ours.isoformat()
            assert moved.theirs["day"] == theirs.isoformat()


def test_one_doubled_is_named(books: Books) -> None:
    """Two records over there carry one reference of ours, whatever the day of the second."""
    books.office.orders(1)
    books.office.push(books.connection)
    books.office.pull(books.connection)
    store = books.office.erp.store
    [row] = store.all(SalesOrder)
    today = row.body.ordered_on
    assert books.state(ORDER, first=today, last=today).statement.agrees
    twin = replace(row.body, number="SO90000")
    books.unseen("SO90000", twin, reference=row.reference)
    found = books.state(ORDER, first=today, last=today)
    assert found.named == [("doubled", "SO90000", "cancel_there")]
    assert found.differences[0].note == row.id
    other_day = today - timedelta(days=9)
    books.unseen("SO90000", replace(twin, ordered_on=other_day), reference=row.reference)
    found = books.state(ORDER, first=other_day, last=other_day)
    assert found.named == [("doubled", "SO90000", "cancel_there")]


def test_an_order_the_erp_never_got_is_named_and_not_sent_again(books: Books) -> None:
    [draft] = books.office.orders(1)
    with books.office.host.read(books.office.actor) as work:
        binding = select(Binding).where(Binding.local_id == draft, Binding.kind == ORDER)
        today = work.session.scalars(binding).one().created_at.date()
    waiting = books.state(ORDER, first=today, last=today)
    assert [(what, remedy) for what, _name, remedy in waiting.named] == [("missing_there", "wait")]
    books.office.push(books.connection)
    books.office.erp.store.delete(SalesOrder, books.office.erp.store.all(SalesOrder)[0].id)
    gone = books.state(ORDER, first=today, last=today)
    assert [(what, remedy) for what, _name, remedy in gone.named] == [("missing_there", "look")]
    assert books.office.erp.store.all(SalesOrder) == []
    with books.office.host.read(books.office.actor) as work:
        assert work.session.scalars(binding).one().delivery is DeliveryState.CONFIRMED


DIFFERS: dict[str, dict[str, object]] = {
    "I00001": {"state": InvoiceState.PAID},
    "I00002": {"state": InvoiceState.CANCELLED},
    "I00003": {"number": "INV-OTHER"},
    "I00004": {"issued_on": FIRST + timedelta(days=20)},
    "I00005": {"issued_on": None, "state": InvoiceState.DRAFT},
    "I00006": {"tax": Money(Decimal("0.21"), "EUR")},
    "I00007": {"net": Money(Decimal("7.01"), "USD"), "tax": Money(Decimal("0.20"), "USD")},
}


def test_what_differs_is_named(books: Books) -> None:
    for key, changed in DIFFERS.items():
        books.behind_our_back(key, **changed)
    found = {one.external_id: one.what.value for one in books.state(INVOICE).differences}
    assert found == {
        "I00001": "state",
        "I00002": "state",
        "I00003": "number",
        "I00004": "day",
        "I00005": "state",
        "I00006": "amount",
        "I00007": "currency",
    }


def test_what_binds_nobody_is_no_difference(books: Books) -> None:
    draft = books.office.erp.store.get(Invoice, "I00001")
    assert draft is not None
    for key, state in (("I00098", InvoiceState.DRAFT), ("I00097", InvoiceState.CANCELLED)):
        books.unseen(key, replace(draft.body, number=key, state=state))
    found = books.state(INVOICE)
    assert found.statement.agrees
    assert found.kind(INVOICE)["theirs"]["count"] == 10


def test_levels_and_parties_are_compared_as_of_now(books: Books) -> None:
    store = books.office.erp.store
    level, party = store.all(StockLevel)[0], store.all(Party)[0]
    fewer = replace(level.body.on_hand, amount=level.body.on_hand.amount - 1)
    books.unseen(level.id, replace(level.body, on_hand=fewer))
    books.unseen(party.id, replace(party.body, tax_id="DE123"))
    named = [(what, remedy) for what, _name, remedy in books.state(*TODAY_KINDS).named]
    assert named == [("amount", "pull_again"), ("words", "pull_again")]


def test_a_reading_that_fails_half_way_leaves_no_statement(books: Books) -> None:
    for call in (1, 2, 3):
        books.office.erp.faults.calls.clear()
        books.office.fail(Unsent("the line is down"), "dated")
        books.office.erp.faults.script[0] = replace(books.office.erp.faults.script[0], call=call)
        with pytest.raises(Unsent):
            books.state()
    books.office.mend()
    with books.office.host.read(books.office.actor) as work:
        assert work.session.scalar(select(func.count()).select_from(Statement)) == 0
    assert books.state().statement.agrees


def test_reconciling_writes_nothing_but_the_statement(books: Books) -> None:
    books.behind_our_back("I00004", net=Money(Decimal("4.02"), "EUR"))
    before = contents(books)
    books.state()
    changed = {name for name, rows in contents(books).items() if rows != before[name]}
    assert changed == {
        "core_statement",
        "core_statement_line",
        "core_statement_difference",
    }


def contents(books: Books) -> dict[str, list[str]]:
    ours = [table for table in Base.metadata.sorted_tables if table.name.startswith(OURS)]
    with books.office.host.read(books.office.actor) as work:
        return {
            table.name: sorted(map(repr, work.session.execute(select(table)))) for table in ours
        }


def test_a_statement_is_never_changed(books: Books) -> None:
    books.office.erp.store.delete(Invoice, "I00003")
    key = books.state(INVOICE).statement.id
    columns = {Statement: "made_by", StatementDifference: "note", StatementLine: "kind"}
    for table, column in columns.items():
        with (
            pytest.raises(DBAPIError, match="a statement is never changed"),
            books.office.host.write(books.office.actor) as work,
        ):
            work.session.execute(update(table).values({column: "other"}))
    with books.office.host.read(books.office.actor) as work:
        statement = work.session.get_one(Statement, key)
        assert is_intact(work, statement)
        with work.session.no_autoflush:
            statement.made_by = "somebody else"
            assert not is_intact(work, statement)


def test_the_period_is_the_erps_dates(books: Books) -> None:
    one = date(2026, 10, 4)
    found = books.state(INVOICE, first=one, last=one)
    assert found.kind(INVOICE)["theirs"]["count"] == 1
    assert books.state(INVOICE, first=LAST, last=LAST).kind(INVOICE)["theirs"]["count"] == 0


def test_payments_add_up_by_currency(books: Books) -> None:
    store = books.office.erp.store
    for number, currency in ((1, "EUR"), (2, "EUR"), (3, "VND")):
        amount = Money(Decimal(f"{number}.10"), currency)
        payment = Payment(
            company="1", customer="P00001", invoice=None, amount=amount, paid_on=FIRST
        )
        store.put(f"PAY{number}", payment)
    books.office.pull(books.connection)
    sums = books.state("billing.payment").kind("billing.payment")["ours"]["sums"]
    assert {unit: each["net"] for unit, each in sums.items()} == {"EUR": "3.2", "VND": "3.1"}
