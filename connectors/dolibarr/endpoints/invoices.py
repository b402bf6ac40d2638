"""Invoices, credit notes and payments: pulled over REST, never written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from connectors.dolibarr.client import Rest
from connectors.dolibarr.mapping import invoice as mapping
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.rows import STAMP, Feed, Listing, present, summary
from connectors.dolibarr.verdicts import Row
from core.sync.documents import CreditNote, Invoice, Payment
from core.sync.values import Page, Position, Ref, Seen, Stream, Summary

INVOICES = "invoices"
#: Rows per request with all their lines.
_FULL = 100
_DATE = "datef"


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
        rows = present(self.rest, INVOICES, ids)
        return [self._seen(row) for row in rows if not mapping.is_credit(row)]

    def ids(self, after: str, limit: int) -> list[Ref]:
        rows = self._all.beyond(after, min(limit, _FULL))
        return [mapping.ref(row, self.company) for row in rows]

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[Invoice]]:
        listing = self._all.between(_DATE, first, last)
        return [self._seen(row) for row in listing.beyond(after, min(limit, _FULL))]

    def summarise(self, first: date, last: date) -> Summary:
        listing = self._all.between(_DATE, first, last)
        return summary(listing, self.company, counts=mapping.is_owed)

    @property
    def _all(self) -> Listing:
        return Listing(self.rest, INVOICES, "(t.type:!=:'2')")

    def _seen(self, row: Row) -> Seen[Invoice]:
        return Seen(
            ref=mapping.ref(row, self.company),
            stamp=self.company.moment(row[STAMP]),
            body=mapping.invoice(row, self.company),
        )


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
        rows = present(self.rest, INVOICES, ids)
        return [self._seen(row) for row in rows if mapping.is_credit(row)]

    def ids(self, after: str, limit: int) -> list[Ref]:
        rows = self._all.beyond(after, min(limit, _FULL))
        return [mapping.ref(row, self.company) for row in rows]

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[CreditNote]]:
        listing = self._all.between(_DATE, first, last)
        return [self._seen(row) for row in listing.beyond(after, min(limit, _FULL))]

    def summarise(self, first: date, last: date) -> Summary:
        listing = self._all.between(_DATE, first, last)
        return summary(listing, self.company, counts=mapping.is_owed, sign=-1)

    @property
    def _all(self) -> Listing:
        return Listing(self.rest, INVOICES, "(t.type:=:'2')")

    def _seen(self, row: Row) -> Seen[CreditNote]:
        return Seen(
            ref=mapping.ref(row, self.company),
            stamp=self.company.moment(row[STAMP]),
            body=mapping.credit_note(row, self.company),
        )


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

    def ids(self, after: str, limit: int) -> list[Ref]:
        """All payments of an invoice come in one page, which may be longer for them."""
        listing = Listing(self.rest, INVOICES)
        last, found = after.partition(mapping.PAYMENT_SIGN)[0], list[Ref]()
        while len(found) < limit and (rows := listing.beyond(last, limit)):
            last = str(rows[-1]["id"])
            paid = [row for row in rows if mapping.paid_invoice(row)]
            found += [seen.ref for row in paid for seen in self._of(row)]
        return found

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
            yield mapping.seen_payment(part, row, self.company)
