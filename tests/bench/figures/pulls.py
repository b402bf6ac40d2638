"""100,000 changed products pulled from the fake ERP, beside its bare client reading the same pages.

Both read the same file over there and make documents of it; Tandem also stores them. No goal is
set: no ERP's client is a function call. What it shows is what a record costs Tandem itself; the
pulls from Tryton have a wire in between, and the goal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from connectors.fake.erp import Erp
from connectors.fake.shelf import Shelf
from connectors.fake.store import Store
from core.actor import system
from core.clock import utcnow
from core.host import Host
from core.money import Money
from core.sync.documents import Product
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.sync.pull.stream import MIRROR_PAGE, Reader
from core.sync.values import Position
from modules.catalog import module as catalog
from tests.bench.catalogue import erp_with_products
from tests.bench.clock import Turns, in_turns, least, own_and
from tests.bench.figure import Figure
from tests.bench.ground import BACKENDS, Bench
from tests.bench.raw_stock import raw_stock

DOCUMENTS = 100_000
_TURNS = 3
_OURS, _RAW = "ours", "raw"
_ACTOR = system("bench")


def measure(bench: Bench) -> Iterator[Figure]:
    for backend in BACKENDS:
        bench.say(f"{DOCUMENTS:,} changed products on {backend}")
        host = bench.host(backend)
        connection, _products = erp_with_products(host, DOCUMENTS)
        shelf = Shelf(Erp(Store(bench.folder / f"products-{backend}.sqlite")), Product)
        with raw_stock(host) as database:  # for the server process whose time is ours too
            pulled = _Pulled(host, connection, shelf)
            clock = own_and(*database.pids)
            sides = {_RAW: pulled.read_raw, _OURS: pulled.pull}
            turns: Turns = {name: [] for name in sides}
            for _ in range(_TURNS):
                pulled.change_all()
                for name, times in in_turns(clock, sides, turns=1).items():
                    turns[name] += times
        yield Figure(
            name=f"{DOCUMENTS:,} changed products pulled from the fake ERP, {backend}",
            value=DOCUMENTS / least(turns[_OURS]),
            unit="documents per CPU s",
            beside=DOCUMENTS / least(turns[_RAW]),
        )


class _Pulled:
    def __init__(self, host: Host, connection: Connection, shelf: Shelf[Product]) -> None:
        self._host = host
        self._connection = connection
        self._shelf = shelf
        self._turn = 0
        self._since = Position()

    def change_all(self) -> None:
        """A new price each, all in one transaction over there, a second apart."""
        self._turn += 1
        store, began = self._shelf.erp.store, utcnow() + timedelta(days=self._turn)
        self._since = Position(stamp=began - timedelta(seconds=1))
        product = Product(company="1", sku="", name="", uom="C62")
        with store.transaction():
            for number in range(DOCUMENTS):
                changed = replace(
                    product,
                    sku=f"SKU-{number}",
                    name=f"Product {number}",
                    unit_price=Money(Decimal(number + self._turn), "EUR"),
                )
                store.put(str(number), changed, stamp=began + timedelta(milliseconds=number))

    def read_raw(self) -> None:
        place: Position | None = self._since
        read = 0
        while place is not None:
            page = self._shelf.streams[0].changed(place, MIRROR_PAGE)
            read += len(page.items)
            place = page.next
        _check(read)

    def pull(self) -> None:
        written: list[int] = []
        context = InlineContext(self._host, _ACTOR)
        mirror = next(one for one in catalog.mirrors if one.document is Product)
        reader = Reader(
            context,
            self._connection,
            mirror,
            self._shelf,
            lambda _kind, count: written.append(count),
        )
        reader.read(self._shelf.streams[0])
        _check(sum(written))


def _check(count: int) -> None:
    if count != DOCUMENTS:
        raise RuntimeError(f"{count} of {DOCUMENTS} products came.")
