"""Sales orders in two steps, one record at a time: the draft protocol's endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.fake.erp import Erp
from connectors.fake.shelf import Shelf
from connectors.fake.store import Row
from core.sync.documents import DocumentState, Party, Product, SalesOrder
from core.sync.errors import NotFound, Rejected
from core.sync.sessions import each
from core.sync.values import Done, Found, Outcome, Outgoing, Ref, Seen, Stream


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

    def find(self, references: Sequence[str]) -> list[Found]:
        with self.erp.faults.around("find"):
            rows = self.erp.store.referring(SalesOrder, references)
            return [_found(row) for row in rows]

    def draft(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        with self.erp.faults.around("draft"):
            return each(items, self._draft)

    def confirm(self, refs: Sequence[Ref]) -> list[Outcome]:
        with self.erp.faults.around("confirm"):
            return each(refs, self._confirm)

    def discard(self, refs: Sequence[Ref]) -> list[Outcome]:
        with self.erp.faults.around("discard"):
            return each(refs, self._discard)

    @property
    def _shelf(self) -> Shelf[SalesOrder]:
        return Shelf(self.erp, SalesOrder)

    def _draft(self, item: Outgoing[SalesOrder]) -> Done:
        self._check(item.document)
        order = replace(item.document, reference=item.reference, state=DocumentState.DRAFT)
        with self.erp.store.transaction():
            key = self.erp.store.number("SO")
            return _done(self.erp.store.put(key, order, reference=item.reference))

    def _check(self, order: SalesOrder) -> None:
        if not order.lines:
            raise Rejected("an order needs a line", field="lines")
        if self.erp.store.get(Party, order.customer) is None:
            raise Rejected(f"there is no party {order.customer}", field="customer")
        for line in order.lines:
            if self.erp.store.get(Product, line.product) is None:
                raise Rejected(f"there is no product {line.product}", field="lines")

    def _confirm(self, ref: Ref) -> Done:
        with self.erp.store.transaction():
            row = self.erp.store.get(SalesOrder, ref.id)
            if row is None:
                raise NotFound(f"there is no order {ref.id}")
            if row.body.state is DocumentState.CANCELLED:
                raise Rejected(f"order {ref.id} is cancelled")
            if row.body.state is DocumentState.DRAFT:
                row = self.erp.confirm(ref.id, row.body)
            return _done(row)

    def _discard(self, ref: Ref) -> Done:
        with self.erp.store.transaction():
            row = self.erp.store.get(SalesOrder, ref.id)
            if row and row.body.state is not DocumentState.DRAFT:
                raise Rejected(f"order {ref.id} is no longer a draft")
            self.erp.store.delete(SalesOrder, ref.id)
        return Done(ref=ref, state=DocumentState.CANCELLED)


def _found(row: Row[SalesOrder]) -> Found:
    return Found(
        reference=row.reference,
        ref=row.ref,
        state=row.body.state,
        customer=row.body.customer,
        net=row.body.net,
    )


def _done(row: Row[SalesOrder]) -> Done:
    return Done(ref=row.ref, state=row.body.state, number=row.body.number)
