"""Orders pushed to a real Tryton, beside its bare JSON-RPC in batches of the same size.

Both sides make the same sales, to the same state. The rate is per second of CPU, the ERP's and
ours together: one waits for the other all the time, so idle this is the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from connectors.tryton.demo.erp import TrytonDemo
from core.actor import system
from core.host import Host
from core.sync.inline import InlineContext
from core.sync.models import Binding, DeliveryState
from core.sync.push.claim import Route
from core.sync.push.run import push_all
from modules.catalog.models import Product
from modules.contacts.models import Party
from modules.sales.kinds import ORDER
from modules.sales.services.orders import confirm_order, draft_order
from modules.sales.services.wishes import LineWish, OrderWish
from tests.bench.clock import Clock, Turns, least, own_and, ratio, spent
from tests.bench.figure import Figure, at_least
from tests.bench.ground import Bench
from tests.bench.raw_tryton import RawSales, RawTryton
from tests.bench.tryton import pulled_from, tryton

ORDERS = 50
_TURNS = 3
_LINES = 2
_ACTOR = system("bench")


def measure(bench: Bench) -> Iterator[Figure]:
    with tryton(bench) as erp:
        bench.say(f"{ORDERS} orders at a time to Tryton")
        shop = _shop(bench.host("SQLite"), erp)
        shop.place(2)
        shop.push()  # logged in, caches warm, and a sale for the raw client to copy
        raw = RawSales(RawTryton(erp.settings), like=shop.references()[0])
        raw.push(2)
        turns = _turns(own_and(erp.pid), shop, raw)
        shop.check(2 + _TURNS * ORDERS)
        raw.check(2 + _TURNS * ORDERS)
    rate = {name: ORDERS / least(times) for name, times in turns.items()}
    yield Figure(
        name=f"orders pushed to Tryton, {ORDERS} at a time",
        value=rate["ours"],
        unit="orders per CPU s",
        beside=rate["raw"],
        against=ratio(turns, "raw", "ours"),
        goal=at_least(0.85),
    )


def _turns(clock: Clock, shop: Shop, raw: RawSales) -> Turns:
    """The orders are placed outside of what is measured."""
    turns: Turns = {"ours": [], "raw": []}
    for _ in range(_TURNS):
        shop.place(ORDERS)
        turns["ours"].append(spent(clock, shop.push))
        turns["raw"].append(spent(clock, lambda: raw.push(ORDERS)))
    return turns


@dataclass(frozen=True, slots=True)
class Shop:
    """Tandem with one customer and the products of a Tryton."""

    host: Host
    connection: UUID
    wish: OrderWish

    def place(self, count: int) -> None:
        for _ in range(count):
            with self.host.write(_ACTOR) as work:
                order, _new = draft_order(work, self.wish)
                confirm_order(work, order.id)

    def push(self) -> None:
        route = Route(self.connection, ORDER)
        push_all(InlineContext(self.host, _ACTOR), route, claimant=self.connection)

    def references(self) -> list[str]:
        """Of the orders that are confirmed over there."""
        arrived = select(Binding.reference).where(
            Binding.kind == ORDER, Binding.delivery == DeliveryState.CONFIRMED
        )
        with self.host.read(_ACTOR) as work:
            return [str(reference) for reference in work.session.scalars(arrived)]

    def check(self, count: int) -> None:
        if len(self.references()) != count:
            raise RuntimeError(f"{len(self.references())} of {count} orders arrived.")


def _shop(host: Host, erp: TrytonDemo) -> Shop:
    connection = pulled_from(host, erp)
    with host.read(_ACTOR) as work:
        customer = work.session.scalars(select(Party.id).order_by(Party.name).limit(1)).one()
        stocked = select(Product.sku).where(Product.stocked, Product.unit_price.is_not(None))
        skus = work.session.scalars(stocked.order_by(Product.sku).limit(_LINES)).all()
    lines = tuple(LineWish(sku=sku, quantity=Decimal(2)) for sku in skus)
    return Shop(host, connection, OrderWish(customer_id=customer, currency="EUR", lines=lines))
