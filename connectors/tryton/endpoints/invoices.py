"""Invoices, credit notes and payments: pulled, never written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.tryton.client import Rpc
from connectors.tryton.mapping import invoice as mapping
from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import STAMP, Domain, Feed, Row, moment, numbers, search, sweep, version
from core.sync.documents import CreditNote, Invoice, Payment
from core.sync.values import Ref, Seen, Stream

INVOICE = "account.invoice"
LINE = "account.invoice.line"
MOVE_LINE = "account.move.line"


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
        return [
            Seen(
                ref=_ref(row),
                stamp=moment(row, mapping.PARTS),
                body=mapping.invoice(row, self.company),
            )
            for row in _rows(self.rpc, self.company, ids)
            if not mapping.is_credit(row)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        domain = [*_domain(self.company), ["total_amount", ">=", 0]]
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
        rows = [row for row in _rows(self.rpc, self.company, ids) if mapping.is_credit(row)]
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
        domain = [*_domain(self.company), ["total_amount", "<", 0]]
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
        return [
            Seen(
                ref=Ref(id=str(row["id"]), version=version(row)),
                stamp=row[STAMP],
                body=mapping.payment(row, self.company),
            )
            for row in search(self.rpc, MOVE_LINE, domain, names=mapping.PAYMENT_NAMES)
            if mapping.is_customers(row)
        ]
