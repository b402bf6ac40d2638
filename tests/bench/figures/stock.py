"""100,000 stock levels mirrored page by page as a pull does it, beside the driver's quickest way.

Both start from the same documents and end in the same rows. Rates are per second of CPU, the
database's own included: what the disk and the machine's other work add is not ours to compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from core.actor import system
from core.host import Host
from core.quantity import Quantity
from core.sync.documents import StockLevel
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.sync.pull.stream import Reader
from core.sync.values import Page, Position, Ref, Seen, Stream
from modules.stock import module as stock
from tests.bench.catalogue import WAREHOUSES, erp_with_products
from tests.bench.clock import Clock, in_turns, least, own_and, ratio
from tests.bench.figure import Figure, at_least
from tests.bench.ground import BACKENDS, Bench
from tests.bench.raw_stock import RawStock, raw_stock

LEVELS = 100_000
_TURNS = 3
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_OURS, _RAW, _SAME = "ours", "raw", "ours, unchanged"

Levels = Sequence[Seen[StockLevel]]


@dataclass(frozen=True, slots=True)
class Feed:
    """An endpoint whose one stream has all levels in it, ready made."""

    levels: Levels
    name: str
    document = StockLevel

    @property
    def streams(self) -> Sequence[Stream[StockLevel]]:
        return [Stream(name=self.name, changed=self.changed)]

    def changed(self, after: Position, limit: int) -> Page[StockLevel]:
        start = int(after.id or 0)
        end = start + limit
        items = tuple(self.levels[start:end])
        following = Position(stamp=items[-1].stamp, id=str(end)) if items else None
        return Page(items=items, next=following if end < len(self.levels) else None)


def measure(bench: Bench) -> Iterator[Figure]:
    for backend in BACKENDS:
        bench.say(f"{LEVELS:,} stock levels on {backend}")
        host = bench.host(backend)
        connection, products = erp_with_products(host, LEVELS // len(WAREHOUSES))
        with raw_stock(host) as raw:
            yield from _figures(backend, Mirrored(host, connection, products), raw)


@dataclass(slots=True)
class Mirrored:
    """Tandem's side: every reading is a stream of its own, read from its start."""

    host: Host
    connection: Connection
    products: Mapping[str, UUID]
    readings: int = 0
    #: Rows written by each reading.
    written: list[int] | None = None

    def read(self, levels: Levels) -> None:
        self.readings += 1
        feed = Feed(levels, f"levels-{self.readings}")
        counted: list[int] = []
        reader = Reader(
            InlineContext(self.host, system("bench")),
            self.connection,
            stock.mirrors[0],
            feed,
            lambda _kind, written: counted.append(written),
        )
        reader.read(feed.streams[0])
        self.written = [*(self.written or []), sum(counted)]


def _figures(backend: str, ours: Mirrored, raw: RawStock) -> Iterator[Figure]:
    first, second = _levels(ours.products, 1), _levels(ours.products, 2)
    clock = own_and(*raw.pids)
    ours.read(second)  # all rows are there: each turn changes them all, and finds them unchanged
    sides = {
        _RAW: partial(raw.write, first),
        _OURS: partial(ours.read, second),
        _SAME: partial(ours.read, second),
    }
    turns = _in_order(clock, sides)
    _check(ours)
    rate = {name: LEVELS / least(times) for name, times in turns.items()}
    yield Figure(
        name=f"{LEVELS:,} stock levels mirrored, {backend}",
        value=rate[_OURS],
        unit="rows per CPU s",
        beside=rate[_RAW],
        against=ratio(turns, _RAW, _OURS),
        goal=at_least(0.5),
    )
    yield Figure(
        name=f"{LEVELS:,} unchanged stock levels, none written, {backend}",
        value=rate[_SAME],
        unit="rows per CPU s",
        beside=rate[_OURS],
        against=ratio(turns, _OURS, _SAME),
        goal=at_least(1),
    )


def _in_order(clock: Clock, sides: Mapping[str, Any]) -> dict[str, list[float]]:
    """Not reversed: what is unchanged has to follow what changed it."""
    turns: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(_TURNS):
        for name, times in in_turns(clock, sides, turns=1).items():
            turns[name] += times
    return turns


def _check(ours: Mirrored) -> None:
    """The first reading inserted all; then, turn by turn, all were changed and none was."""
    if ours.written != [LEVELS, *([LEVELS, 0] * _TURNS)]:
        raise RuntimeError(f"Written were {ours.written}.")


def _levels(products: Mapping[str, UUID], amount: int) -> Levels:
    keys = [(product, place) for product in products for place in WAREHOUSES]
    return [_level(key, number, amount) for number, key in enumerate(keys)]


def _level(key: tuple[str, str], number: int, amount: int) -> Seen[StockLevel]:
    product, warehouse = key
    on_hand = Quantity(Decimal(number + amount), "C62")
    return Seen(
        ref=Ref(id=f"{product}/{warehouse}"),
        stamp=_BEGAN + timedelta(seconds=number),
        body=StockLevel(
            company="1", product=product, warehouse=warehouse, on_hand=on_hand, available=on_hand
        ),
    )
