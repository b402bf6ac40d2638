"""Sales orders as ERPs take them that know no drafts: by a key, by creating, or blindly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.fake.orders import Orders, done
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import Rejected
from core.sync.sessions import each
from core.sync.values import Done, Found, Outcome, Outgoing, Ref, Seen, Stream


@dataclass(frozen=True, slots=True)
class _ShownOrders:
    """However orders are taken, they are shown in the same way."""

    orders: Orders
    document = SalesOrder

    @property
    def streams(self) -> Sequence[Stream[SalesOrder]]:
        return self.orders.streams

    def read(self, ids: Sequence[str]) -> list[Seen[SalesOrder]]:
        return self.orders.read(ids)

    def ids(self, after: str, limit: int) -> list[Ref]:
        return self.orders.ids(after, limit)


@dataclass(frozen=True, slots=True)
class KeyedOrders(_ShownOrders):
    """Our reference is a key over there: sending one twice is one order."""

    def upsert(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.orders.erp.faults.run("upsert", lambda: each(items, self._upsert))

    def update(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.orders.update(items)

    def cancel(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.orders.cancel(refs)

    def _upsert(self, item: Outgoing[SalesOrder]) -> Done:
        store = self.orders.erp.store
        with store.transaction():
            known = store.referring(SalesOrder, [item.reference])
            if not known:
                return _created(self.orders, item)
            if known[0].body.state is DocumentState.CANCELLED:
                raise Rejected(f"order {known[0].id} is cancelled")
            return done(known[0])


@dataclass(frozen=True, slots=True)
class BlindOrders(_ShownOrders):
    """Created in one step, and the ERP can not be asked for our reference."""

    def create(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return _create(self.orders, items)


@dataclass(frozen=True, slots=True)
class CreatedOrders(_ShownOrders):
    """Created in one step, and found again by our reference."""

    def find(self, references: Sequence[str]) -> list[Found]:
        return self.orders.find(references)

    def create(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return _create(self.orders, items)

    def update(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        return self.orders.update(items)

    def cancel(self, refs: Sequence[Ref]) -> list[Outcome]:
        return self.orders.cancel(refs)


def _create(orders: Orders, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
    return orders.erp.faults.run("create", lambda: each(items, lambda one: _created(orders, one)))


def _created(orders: Orders, item: Outgoing[SalesOrder]) -> Done:
    with orders.erp.store.transaction():
        return orders.confirmed(orders.drafted(item).ref)
