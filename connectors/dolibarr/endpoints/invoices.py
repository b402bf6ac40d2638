"""Invoices, credit notes and payments: pulled over REST, never written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.dolibarr.client import Rest
from connectors.dolibarr.mapping import invoice as mapping
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.rows import Feed, beyond, present
from connectors.dolibarr.verdicts import Row
from core.sync.documents import CreditNote, Invoice, Payment
from core.sync.values import Page, Position, Ref, Seen, Stream

INVOICES = "invoices"


def _feed(rest: Rest, company: Company) -> Feed:
    return Feed(rest=rest, company=company, path=INVOICES, properties=("type",))


@dataclass(frozen=True, slots=True)
class Invoices:
    """The feed names credit notes too: ``read`` leaves out what is not an invoice."""

    rest: Rest
    company: Company
    document = Invoice

    @property
    def streams(self) -> Sequence[Stream[Invoice]]:
        return [Stream(name=INVOICES, changed=_feed(self.rest, self.company).changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[Invoice]]:
        return [
            Seen(
                ref=mapping.ref(row, self.company),
                stamp=self.company.moment(row["date_modification"]),
                body=mapping.invoice(row, self.company),
            )
            for row in present(self.rest, INVOICES, ids)
            if not mapping.is_credit(row)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        return _ids(self.rest, self.company, after, limit=limit, filters="(t.type:!=:'2')")


@dataclass(frozen=True, slots=True)
class CreditNotes:
    """The feed names invoices too: ``read`` leaves out what is not a credit note."""

    rest: Rest
    company: Company
    document = CreditNote

    @property
    def streams(self) -> Sequence[Stream[CreditNote]]:
        return [Stream(name=INVOICES, changed=_feed(self.rest, self.company).changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[CreditNote]]:
        return [
            Seen(
                ref=mapping.ref(row, self.company),
                stamp=self.company.moment(row["date_modification"]),
                body=mapping.credit_note(row, self.company),
            )
            for row in present(self.rest, INVOICES, ids)
            if mapping.is_credit(row)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        return _ids(self.rest, self.company, after, limit=limit, filters="(t.type:=:'2')")


def _ids(rest: Rest, company: Company, after: str, *, limit: int, filters: str) -> list[Ref]:
    rows = beyond(rest, INVOICES, after=after, limit=limit, filters=filters)
    return [mapping.ref(row, company) for row in rows]


@dataclass(frozen=True, slots=True)
class Payments:
    """Dolibarr tells of payments invoice by invoice, and has no list of them."""

    rest: Rest
    company: Company
    document = Payment

    @property
    def streams(self) -> Sequence[Stream[Payment]]:
        return [Stream(name=INVOICES, changed=self._changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[Payment]]:
        """Each invoice is asked once, however many of its payments are wanted."""
        wanted = set(ids)
        invoices = dict.fromkeys(id_.partition(mapping.PAYMENT_SIGN)[0] for id_ in ids)
        return [
            seen
            for row in present(self.rest, INVOICES, list(invoices))
            for seen in self._of(row)
            if seen.ref.id in wanted
        ]

    def _changed(self, after: Position, limit: int) -> Page[Payment]:
        """The payments of every invoice that moved and has some."""
        feed = Feed(
            rest=self.rest,
            company=self.company,
            path=INVOICES,
            properties=("totalpaid",),
            ids_of=mapping.paid_invoice,
        )
        page = feed.changed(after, limit)
        items: list[Seen[Payment]] = [
            Seen(ref=Ref(id=mapping.payment_id(invoice.ref.id, row)), stamp=invoice.stamp)
            for invoice in page.items
            for row in self._payments(invoice.ref.id)
        ]
        return Page(items=tuple(items), next=page.next)

    def _payments(self, invoice_id: str) -> list[Row]:
        return self.rest.rows(f"{INVOICES}/{invoice_id}/payments", {})

    def _of(self, row: Row) -> Iterator[Seen[Payment]]:
        for part in self._payments(str(row["id"])):
            id_ = mapping.payment_id(str(row["id"]), part)
            yield Seen(ref=Ref(id=id_), body=mapping.payment(part, row, self.company))
