"""What the ERP can do decides how it is read; what is found is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from connectors.fake.shelf import Shelf
from core.money import Money
from core.sync.documents import Invoice
from core.sync.inline import InlineContext
from core.sync.reconcile.models import What
from core.sync.reconcile.ours import Ours
from core.sync.reconcile.run import Comparison, How, KindCompared
from core.sync.reconcile.theirs import Theirs
from core.sync.values import Seen, Stream, Summary
from modules.billing.statement import INVOICES
from tests.core.sync.reconcile.books import FIRST, LAST, Books


@dataclass(frozen=True)
class Bare:
    """A shelf without any of the verbs for statements: it has streams, and reads."""

    shelf: Shelf[Invoice]
    document = Invoice

    @property
    def streams(self) -> Sequence[Stream[Invoice]]:
        return self.shelf.streams

    def read(self, ids: Sequence[str]) -> Sequence[Seen[Invoice]]:
        return self.shelf.read(ids)


@dataclass(frozen=True)
class Adding(Bare):
    """Its sums are all it can."""

    def summarise(self, first: date, last: date) -> Summary:
        return self.shelf.summarise(first, last)


@dataclass(frozen=True)
class Forgetful(Adding):
    """Its pages lose a record we do not have either: which would look like agreement."""

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[Invoice]]:
        found = self.shelf.dated(first, last, after, limit)
        return [seen for seen in found if seen.ref.id != "I00099"]


def compared(books: Books, kind: type[Bare]) -> KindCompared:
    office = books.office
    stated = INVOICES
    endpoint = kind(Shelf(office.erp, Invoice))
    office.erp.faults.calls.clear()
    return Comparison(
        InlineContext(office.host, office.actor),
        Ours(stated, office.connection(books.connection)),
        Theirs(stated, endpoint, lambda _read: None),
        FIRST,
        LAST,
    ).run()


def test_an_erp_that_only_adds_up_is_read_where_its_sums_differ(books: Books) -> None:
    found = compared(books, Adding)
    assert found.agrees
    assert found.how is How.SUMS
    assert set(books.office.erp.faults.calls) == {"summarise"}
    books.behind_our_back("I00004", net=Money(Decimal("4.02"), "EUR"))
    found = compared(books, Adding)
    assert [(one.what, one.day) for one in found.differences] == [
        (What.AMOUNT, FIRST + timedelta(days=4))
    ]


def test_an_erp_without_either_is_read_whole(books: Books) -> None:
    books.behind_our_back("I00004", net=Money(Decimal("4.02"), "EUR"))
    found = compared(books, Bare)
    assert [one.what for one in found.differences] == [What.AMOUNT]
    assert (found.theirs.count, found.how) == (10, How.DOCUMENTS)


def test_a_list_that_is_not_what_it_adds_up_to_agrees_with_nothing(books: Books) -> None:
    late = books.office.erp.store.get(Invoice, "I00003")
    assert late is not None
    books.unseen("I00099", replace(late.body, number="INV00099"))
    found = compared(books, Forgetful)
    assert (found.differences, found.whole, found.agrees) == ([], False, False)
