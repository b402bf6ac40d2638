"""Sales orders out by draft and confirmation, and back with their state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.tryton.books import add_up, between, page, rows
from connectors.tryton.client import Rpc
from connectors.tryton.endpoints.cancelling import SALE, cancel_sale, ended
from connectors.tryton.mapping import order as mapping
from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import Domain, Feed, Row, moment, numbers, search, sweep
from core.money import Money
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import NotFound, Rejected
from core.sync.sessions import each
from core.sync.values import Done, Found, Outcome, Outgoing, Ref, Seen, Stream, Summary


@dataclass(frozen=True, slots=True)
class Orders:
    """One call is one transaction over there: a list it rejects was rolled back as a whole."""

    rpc: Rpc
    company: Company
    document = SalesOrder

    @property
    def _domain(self) -> Domain:
        return [["company", "=", int(self.company.id)]]

    @property
    def streams(self) -> Sequence[Stream[SalesOrder]]:
        """A sale does not move with its lines, nor when a second part is shipped or invoiced."""
        feeds = (
            Feed(rpc=self.rpc, model=SALE, domain=self._domain),
            Feed(rpc=self.rpc, model="sale.line", owner="sale"),
            Feed(rpc=self.rpc, model="account.invoice", owner="sales", domain=self._domain),
        )
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[SalesOrder]]:
        rows = self._sales("id", numbers(ids), names=mapping.NAMES)
        return [self._seen(row) for row in rows]

    def _seen(self, row: Row) -> Seen[SalesOrder]:
        return Seen(
            ref=mapping.ref(row),
            stamp=moment(row, mapping.PARTS),
            reference=row["reference"],
            body=mapping.order(row, self.company),
        )

    def ids(self, after: str, limit: int) -> list[Ref]:
        """A sale does not move when a second part of it is shipped or invoiced."""
        parts = (*mapping.PARTS, "shipments", "invoices")
        return sweep(self.rpc, SALE, self._domain, after=after, limit=limit, parts=parts)

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[SalesOrder]]:
        rows = page(
            self.rpc, SALE, self._within(first, last), names=mapping.NAMES, after=after, limit=limit
        )
        return [self._seen(row) for row in rows]

    def summarise(self, first: date, last: date) -> Summary:
        standing = ["state", "not in", [*mapping.IDLE]]
        names = ["untaxed_amount", "currency.code"]
        found = rows(self.rpc, SALE, [*self._within(first, last), standing], names=names)
        return add_up(Money(row["untaxed_amount"], row["currency."]["code"]) for row in found)

    def _within(self, first: date, last: date) -> Domain:
        """A quotation has no date of sale yet; a draft has none at all, and is in no period."""
        quoted = [["sale_date", "=", None], *between("quotation_date", first, last)]
        return [*self._domain, ["OR", between("sale_date", first, last), quoted]]

    def find(self, references: Sequence[str]) -> list[Found]:
        """``reference`` is not unique over there: every hit is answered."""
        rows = self._sales("reference", list(references), names=mapping.HEAD)
        return [mapping.found(row) for row in rows]

    def draft(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        """What can be seen to be wrong stays behind, and the others are created in one call."""
        known = self._known([item.document for item in items])
        outcomes: list[Outcome | None] = []
        values: list[dict[str, object]] = []
        for item in items:
            try:
                values.append(mapping.values(item, known, self.company))
            except Rejected as error:
                outcomes.append(error)
            else:
                outcomes.append(None)
        made = iter(self.rpc.call(SALE, "create", values) if values else ())
        return [outcome or _drafted(next(made)) for outcome in outcomes]

    def confirm(self, refs: Sequence[Ref]) -> list[Outcome]:
        """Both buttons refuse a second press, so only what is in the state before is pressed."""
        states = self._states(refs)
        drafts = [number for number, state in states.items() if state == "draft"]
        quoted = [number for number, state in states.items() if state == "quotation"]
        if drafts:
            self.rpc.call(SALE, "quote", drafts)  # all of them, or it raises
        if ready := sorted(drafts + quoted):
            self.rpc.call(SALE, "confirm", ready)
        rows = {str(row["id"]): row for row in self._of(refs)}
        return [_confirmed(ref, rows.get(ref.id)) for ref in refs]

    def discard(self, refs: Sequence[Ref]) -> list[Outcome]:
        """Tryton deletes only what is cancelled. Confirmed orders are left alone."""
        self._press("cancel", refs, states={"draft", "quotation"})
        self._press("delete", refs, states={"cancelled"})
        kept = {str(row["id"]) for row in self._of(refs)}
        return [
            Rejected(f"sale {ref.id} is no longer a draft")
            if ref.id in kept
            else Done(ref=ref, state=DocumentState.CANCELLED)
            for ref in refs
        ]

    def cancel(self, refs: Sequence[Ref]) -> list[Outcome]:
        """Each alone: those that may be cancelled are, whatever becomes of the others."""
        return each(refs, self._cancel)

    def _cancel(self, ref: Ref) -> Done:
        cancel_sale(self.rpc, ref, company=int(self.company.id))
        rows = self._of([ref])
        if not rows:
            raise NotFound(f"sale {ref.id}")
        outcome = mapping.done(rows[0])
        if outcome.state is not DocumentState.CANCELLED:
            raise Rejected(f"sale {rows[0]['number'] or ref.id} is {rows[0]['state']} in Tryton")
        return outcome

    def _press(self, button: str, refs: Sequence[Ref], *, states: set[str]) -> None:
        ready = [number for number, state in self._states(refs).items() if state in states]
        if ready:
            self.rpc.call(SALE, button, ready)

    def _states(self, refs: Sequence[Ref]) -> dict[int, str]:
        """Alone: the sums of a sale cost Tryton ten times as much."""
        rows = self._sales("id", numbers(ref.id for ref in refs), names=["state"])
        return {row["id"]: row["state"] for row in rows}

    def _of(self, refs: Sequence[Ref]) -> list[Row]:
        return self._sales("id", numbers(ref.id for ref in refs), names=mapping.HEAD)

    def _sales(self, name: str, values: Sequence[object], *, names: Sequence[str]) -> list[Row]:
        rows = search(self.rpc, SALE, [*self._domain, [name, "in", values]], names=names)
        gone = ended(self.rpc, rows)
        return [{**row, "state": "cancelled"} if row["id"] in gone else row for row in rows]

    def _known(self, orders: Sequence[SalesOrder]) -> mapping.Known:
        customers = numbers({order.customer for order in orders})
        products = numbers({line.product for order in orders for line in order.lines})
        return mapping.Known(
            self._by_id("party.party", customers, mapping.CUSTOMER_NAMES),
            self._by_id("product.product", products, mapping.PRODUCT_NAMES),
        )

    def _by_id(self, model: str, ids: list[int], names: Sequence[str]) -> dict[str, Row]:
        rows = search(self.rpc, model, [["id", "in", ids]], names=names)
        return {str(row["id"]): row for row in rows}


def _drafted(number: int) -> Done:
    return Done(ref=Ref(id=str(number)), state=DocumentState.DRAFT)


def _confirmed(ref: Ref, row: Row | None) -> Outcome:
    if row is None:
        return NotFound(f"sale {ref.id}")
    outcome = mapping.done(row)
    if outcome.state is DocumentState.CONFIRMED:
        return outcome
    return Rejected(f"sale {row['number'] or ref.id} is {row['state']} in Tryton")
