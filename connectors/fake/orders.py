"""Sales orders in two steps, one record at a time: the draft protocol's endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.fake.erp import Erp
from connectors.fake.shelf import Shelf
from connectors.fake.store import Row
from core.sync.documents import DocumentState, Party, Product, Progress, SalesOrder
from core.sync.errors import Conflict, NotFound, Rejected
from core.sync.sessions import each
from core.sync.values import Done, Found, Outcome, Outgoing, Ref, Seen, Stream, Summary


@dataclass(frozen=True, slots=True)
class Orders:
    erp: Erp
    document = SalesOrder

    @property
    def streams(self) -> Sequence[Stream[SalesOrder]]:
        return self._shelf.streams

    def read(self, ids: Sequence[str]) -> list[Seen[SalesOrder]]:
        return self._shelf.read(ids)

    def ids(self, after: str, limit: int) -> list[Ref]:
        return self._shelf.ids(after, limit)

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[SalesOrder]]:
        return self._shelf.dated(first, last, after, limit)

    def summarise(self, first: date, last: date) -> Summary:
        return self._shelf.summarise(first, last)

    def find(self, references: Sequence[str]) -> list[Found]:
        with self.erp.faults.around("find"):
            rows = self.erp.store.referring(SalesOrder, references)
            return [_found(row) for row in rows]

    def draft(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.erp.faults.run("draft", lambda: each(items, self.drafted))

    def confirm(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.erp.faults.run("confirm", lambda: each(refs, self.confirmed))

    def discard(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.erp.faults.run("discard", lambda: each(refs, self._discard))

    def cancel(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.erp.faults.run("cancel", lambda: each(refs, self._cancel))

    def update(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.erp.faults.run("update", lambda: each(items, self.updated))

    @property
    def _shelf(self) -> Shelf[SalesOrder]:
        return Shelf(self.erp, SalesOrder)

    def drafted(self, item: Outgoing[SalesOrder]) -> Done:
        self._check(item.document)
        order = replace(item.document, reference=item.reference, state=DocumentState.DRAFT)
        with self.erp.store.transaction():
            key = self.erp.store.number("SO")
            return done(self.erp.store.put(key, order, reference=item.reference))

    def confirmed(self, ref: Ref) -> Done:
        with self.erp.store.transaction():
            row = self._there(ref)
            if row.body.state is DocumentState.CANCELLED:
                raise Rejected(f"order {ref.id} is cancelled")
            if row.body.state is DocumentState.DRAFT:
                row = self.erp.confirm(ref.id, row.body)
            return done(row)

    def updated(self, item: Outgoing[SalesOrder]) -> Done:
        """Other lines for an order nothing was shipped or invoiced of."""
        if item.ref is None:
            raise NotFound(f"there is no order {item.reference}")
        self._check(item.document)
        with self.erp.store.transaction():
            row = self._there(item.ref)
            if item.ref.version not in {None, row.ref.version}:
                raise Conflict(f"order {row.id} was changed in the ERP meanwhile")
            self._may_change(row)
            changed = replace(row.body, lines=item.document.lines, net=item.document.net)
            if row.body.state is DocumentState.CONFIRMED:
                return done(self.erp.confirm(row.id, changed))
            return done(self.erp.store.put(row.id, changed, reference=row.reference))

    def _cancel(self, ref: Ref) -> Done:
        """Cancelling twice is harmless; what was shipped or invoiced stays."""
        with self.erp.store.transaction():
            row = self._there(ref)
            if row.body.state is not DocumentState.CANCELLED:
                self._may_change(row)
                row = self.erp.cancel(row)
            return done(row)

    def _discard(self, ref: Ref) -> Done:
        with self.erp.store.transaction():
            row = self.erp.store.get(SalesOrder, ref.id)
            if row and row.body.state is not DocumentState.DRAFT:
                raise Rejected(f"order {ref.id} is no longer a draft")
            self.erp.store.delete(SalesOrder, ref.id)
        return Done(ref=ref, state=DocumentState.CANCELLED)

    def _check(self, order: SalesOrder) -> None:
        if not order.lines:
            raise Rejected("an order needs a line", field="lines")
        if self.erp.store.get(Party, order.customer) is None:
            raise Rejected(f"there is no party {order.customer}", field="customer")
        for line in order.lines:
            if self.erp.store.get(Product, line.product) is None:
                raise Rejected(f"there is no product {line.product}", field="lines")

    def _there(self, ref: Ref) -> Row[SalesOrder]:
        row = self.erp.store.get(SalesOrder, ref.id)
        if row is None:
            raise NotFound(f"there is no order {ref.id}")
        return row

    @staticmethod
    def _may_change(row: Row[SalesOrder]) -> None:
        if row.body.state is DocumentState.CANCELLED:
            raise Rejected(f"order {row.id} is cancelled")
        if row.body.fulfilment not in {None, Progress.NONE}:
            raise Rejected(f"order {row.id} is shipped already")
        if row.body.billing not in {None, Progress.NONE}:
            raise Rejected(f"order {row.id} is invoiced already")


def done(row: Row[SalesOrder]) -> Done:
    return Done(ref=row.ref, state=row.body.state, number=row.body.number)


def _found(row: Row[SalesOrder]) -> Found:
    return Found(
        reference=row.reference,
        ref=row.ref,
        state=row.body.state,
        customer=row.body.customer,
        net=row.body.net,
    )
