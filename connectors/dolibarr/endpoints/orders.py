"""Sales orders: drafted and validated over SOAP, found, read back and listed over REST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.dolibarr.client import Rest, Soap
from connectors.dolibarr.mapping import order as mapping
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.rows import Feed, Listing, numbers, present_in_bulk, summary
from connectors.dolibarr.verdicts import Row
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import AuthFailed, InDoubt, NotFound, Rejected
from core.sync.sessions import each
from core.sync.values import Done, Found, Outcome, Outgoing, Ref, Seen, Stream, Summary

ORDERS = "orders"
#: Hits of one reference that are looked at: doubles are few, and one page is enough of them.
_MOST_HITS = 100
#: Rows per request with all their lines: 100 weighed 1.8 MB.
_FULL = 100
_DATE = "date_commande"


@dataclass(frozen=True, slots=True)
class Orders:
    """By draft and validation, and not by ``createOrder`` with status 1, for three reasons.

    A draft answers why it was refused, where the other answers nothing at all (an unknown
    customer: an empty code). A crash leaves a draft, and only the bound one is ever validated, so
    no timing decides. And the number race hits the validation alone, which can be repeated.

    What it costs is that strays are discarded by ``DELETE`` of the REST API, which removes an
    order in any state: so the state is read before, and what is left is read after. Source:
    ``Orders::delete`` of Dolibarr 22, ``api_orders.class.php``, which also answers success for a
    failure.
    """

    soap: Soap
    rest: Rest
    company: Company
    document = SalesOrder

    @property
    def streams(self) -> Sequence[Stream[SalesOrder]]:
        feed = Feed(rest=self.rest, company=self.company, path=ORDERS, properties=("ref",))
        return [Stream(name=ORDERS, changed=feed.changed)]

    def find(self, references: Sequence[str]) -> list[Found]:
        """SOAP shows one of several, and the database takes no notice of case and accents."""
        return [
            mapping.found(row, self.company)
            for reference in references
            if mapping.is_searchable(reference)
            for row in self._carrying(reference)
        ]

    def read(self, ids: Sequence[str]) -> list[Seen[SalesOrder]]:
        return [self._seen(row) for row in present_in_bulk(self.rest, ORDERS, ids)]

    def ids(self, after: str, limit: int) -> list[Ref]:
        """With all they hold: the stamp does not move when a line gets another text."""
        rows = self._all.beyond(after, min(limit, _FULL))
        return [mapping.ref(row, self.company) for row in rows]

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[SalesOrder]]:
        listing = self._all.between(_DATE, first, last)
        return [self._seen(row) for row in listing.beyond(after, min(limit, _FULL))]

    def summarise(self, first: date, last: date) -> Summary:
        listing = self._all.between(_DATE, first, last)
        return summary(listing, self.company, counts=mapping.is_confirmed)

    @property
    def _all(self) -> Listing:
        return Listing(self.rest, ORDERS)

    def draft(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        known = self._known([item.document for item in items])
        return each(items, lambda item: self._draft(item, known))

    def confirm(self, refs: Sequence[Ref]) -> list[Outcome]:
        return each(refs, self._confirm)

    def discard(self, refs: Sequence[Ref]) -> list[Outcome]:
        return each(refs, self._discard)

    def _draft(self, item: Outgoing[SalesOrder], known: mapping.Known) -> Done:
        values = mapping.struct(item, known, self.company)
        answer = self.soap.write("order", "createOrder", order=values)
        if not answer.get("id"):
            raise InDoubt("Dolibarr said OK and named no order")
        return Done(ref=Ref(id=str(answer["id"])), state=DocumentState.DRAFT)

    def _confirm(self, ref: Ref) -> Done:
        """Only what is read back counts: a second validation is refused without a reason."""
        refused: Rejected | None = None
        row = self._row(ref)
        if mapping.state(row) is DocumentState.DRAFT:
            try:
                self.soap.write("order", "updateOrder", order={"id": ref.id, "status": 1})
            except Rejected as error:
                refused = error
            row = self._row(ref)
        done = mapping.done(row, self.company)
        if done.state is DocumentState.CONFIRMED:
            return done
        raise refused or Rejected(f"order {ref.id} is {done.state.value} in Dolibarr")

    def _discard(self, ref: Ref) -> Done:
        try:
            if mapping.state(self._row(ref)) is not DocumentState.DRAFT:
                raise Rejected(f"order {ref.id} is no longer a draft")
            self._delete(ref)
            row = self._row(ref)
        except NotFound:
            return Done(ref=ref, state=DocumentState.CANCELLED)
        raise Rejected(f"Dolibarr did not delete the draft {row['ref']}")

    def _delete(self, ref: Ref) -> None:
        """A right that is missing for this alone is no reason to pause the connection."""
        try:
            self.rest.delete(f"{ORDERS}/{ref.id}")
        except AuthFailed as error:
            words = f"the user may not delete orders in Dolibarr: delete the draft {ref.id} there"
            raise Rejected(words) from error

    def _row(self, ref: Ref) -> Row:
        if not numbers([ref.id]):
            raise NotFound(f"order {ref.id}")
        return self.rest.get(f"{ORDERS}/{ref.id}")

    def _carrying(self, reference: str) -> list[Row]:
        params = {"sqlfilters": f"(t.ref_ext:=:'{reference}')", "limit": str(_MOST_HITS)}
        rows = self.rest.rows(ORDERS, params)
        return [row for row in rows if row["ref_ext"] == reference]

    def _known(self, orders: Sequence[SalesOrder]) -> mapping.Known:
        ids = sorted({line.product for order in orders for line in order.lines})
        rows: list[Any] = list(present_in_bulk(self.rest, "products", ids))
        return mapping.Known({str(row["id"]): row for row in rows})

    def _seen(self, row: Row) -> Seen[SalesOrder]:
        return Seen(
            ref=mapping.ref(row, self.company),
            stamp=self.company.moment(row["date_modification"]),
            reference=row["ref_ext"],
            body=mapping.order(row, self.company),
        )
