"""Invoices, credit notes and payments: pulled, never written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.tryton.books import add_up, between, page, rows
from connectors.tryton.client import Rpc
from connectors.tryton.mapping import invoice as mapping
from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import STAMP, Domain, Feed, Row, moment, numbers, search, sweep, version
from core.money import Money
from core.sync.documents import CreditNote, Invoice, Payment
from core.sync.values import Ref, Seen, Stream, Summary

INVOICE = "account.invoice"
LINE = "account.invoice.line"
MOVE_LINE = "account.move.line"
#: Tryton has one model for both: see ``mapping.is_credit``.
_CHARGES, _CREDITS = ["total_amount", ">=", 0], ["total_amount", "<", 0]
#: A page that is filtered here could come out empty, which would end the list.
_OF_CUSTOMERS = ["invoice_payment.type", "=", "out"]


def _domain(company: Company) -> Domain:
    return [["company", "=", int(company.id)], ["type", "=", "out"]]


def _feeds(rpc: Rpc, company: Company) -> list[Feed]:
    """An invoice moves with its payments, not with its lines."""
    lines = [["company", "=", int(company.id)], ["invoice.type", "=", "out"]]
    return [
        Feed(rpc=rpc, model=INVOICE, domain=_domain(company)),
        Feed(rpc=rpc, model=LINE, owner="invoice", domain=lines),
    ]


def _rows(rpc: Rpc, company: Company, ids: Sequence[str]) -> list[Row]:
    domain = [*_domain(company), ["id", "in", numbers(ids)]]
    return search(rpc, INVOICE, domain, names=mapping.NAMES)


def _within(company: Company, days: tuple[date, date], which: object) -> Domain:
    return [*_domain(company), which, *between("invoice_date", *days)]


def _dated(rpc: Rpc, domain: Domain, *, after: str, limit: int) -> list[Row]:
    return page(rpc, INVOICE, domain, names=mapping.NAMES, after=after, limit=limit)


def _summary(rpc: Rpc, domain: Domain, *, sign: int = 1) -> Summary:
    found = rows(rpc, INVOICE, domain, names=mapping.SUM_NAMES)
    return add_up(
        Money(row["untaxed_amount"] * sign, row["currency."]["code"])
        for row in found
        if mapping.counts(row)
    )


def _ref(row: Row) -> Ref:
    return Ref(id=str(row["id"]), version=version(row, mapping.PARTS))


@dataclass(frozen=True, slots=True)
class Invoices:
    """The feeds name credit notes too: ``read`` leaves out what is not an invoice."""

    rpc: Rpc
    company: Company
    document = Invoice

    @property
    def streams(self) -> Sequence[Stream[Invoice]]:
        feeds = _feeds(self.rpc, self.company)
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[Invoice]]:
        rows = _rows(self.rpc, self.company, ids)
        return [self._seen(row) for row in rows if not mapping.is_credit(row)]

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[Invoice]]:
        found = _dated(
            self.rpc, _within(self.company, (first, last), _CHARGES), after=after, limit=limit
        )
        return [self._seen(row) for row in found]

    def summarise(self, first: date, last: date) -> Summary:
        return _summary(self.rpc, _within(self.company, (first, last), _CHARGES))

    def _seen(self, row: Row) -> Seen[Invoice]:
        return Seen(
            ref=_ref(row),
            stamp=moment(row, mapping.PARTS),
            body=mapping.invoice(row, self.company),
        )

    def ids(self, after: str, limit: int) -> list[Ref]:
        domain = [*_domain(self.company), _CHARGES]
        return sweep(self.rpc, INVOICE, domain, after=after, limit=limit, parts=mapping.PARTS)


@dataclass(frozen=True, slots=True)
class CreditNotes:
    """The feeds name invoices too: ``read`` leaves out what is not a credit note."""

    rpc: Rpc
    company: Company
    document = CreditNote

    @property
    def streams(self) -> Sequence[Stream[CreditNote]]:
        feeds = _feeds(self.rpc, self.company)
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[CreditNote]]:
        rows = _rows(self.rpc, self.company, ids)
        return self._seen([row for row in rows if mapping.is_credit(row)])

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[CreditNote]]:
        within = _within(self.company, (first, last), _CREDITS)
        return self._seen(_dated(self.rpc, within, after=after, limit=limit))

    def summarise(self, first: date, last: date) -> Summary:
        """A credit lowers what is owed by a positive amount."""
        return _summary(self.rpc, _within(self.company, (first, last), _CREDITS), sign=-1)

    def _seen(self, rows: Sequence[Row]) -> list[Seen[CreditNote]]:
        invoices = self._credited(rows)
        return [
            Seen(
                ref=_ref(row),
                stamp=moment(row, mapping.PARTS),
                body=mapping.credit_note(row, self.company, invoices=invoices),
            )
            for row in rows
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        domain = [*_domain(self.company), _CREDITS]
        return sweep(self.rpc, INVOICE, domain, after=after, limit=limit, parts=mapping.PARTS)

    def _credited(self, rows: Sequence[Row]) -> dict[int, Row]:
        lines = sorted({line for row in rows for line in mapping.credited_lines(row)})
        if not lines:
            return {}
        found = search(self.rpc, LINE, [["id", "in", lines]], names=["invoice.sales"])
        return {row["id"]: row["invoice."] for row in found if row["invoice."]}


@dataclass(frozen=True, slots=True)
class Payments:
    """Money booked against a customer's invoice."""

    rpc: Rpc
    company: Company
    document = Payment

    @property
    def _domain(self) -> Domain:
        return [
            ["account.company", "=", int(self.company.id)],
            ["invoice_payment", "!=", None],
        ]

    @property
    def streams(self) -> Sequence[Stream[Payment]]:
        """A line that is put on an invoice later does not move, but its invoice does."""
        feeds = (
            Feed(rpc=self.rpc, model=MOVE_LINE, domain=self._domain),
            Feed(
                rpc=self.rpc,
                model=INVOICE,
                owner="payment_lines",
                domain=_domain(self.company),
            ),
        )
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[Payment]]:
        domain = [*self._domain, ["id", "in", numbers(ids)]]
        return self._seen(search(self.rpc, MOVE_LINE, domain, names=mapping.PAYMENT_NAMES))

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[Payment]]:
        domain = [*self._domain, _OF_CUSTOMERS, *between("date", first, last)]
        names = mapping.PAYMENT_NAMES
        return self._seen(page(self.rpc, MOVE_LINE, domain, names=names, after=after, limit=limit))

    def _seen(self, rows: Sequence[Row]) -> list[Seen[Payment]]:
        return [
            Seen(
                ref=Ref(id=str(row["id"]), version=version(row)),
                stamp=row[STAMP],
                body=mapping.payment(row, self.company),
            )
            for row in rows
            if mapping.is_customers(row)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        """Those of suppliers too: ``read`` leaves them out."""
        return sweep(self.rpc, MOVE_LINE, self._domain, after=after, limit=limit)
