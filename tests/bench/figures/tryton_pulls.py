"""Changed products pulled from a real Tryton, beside its bare JSON-RPC: 20,000, or as many as

    BENCH_TRYTON_DOCUMENTS=100000 .venv/bin/python tests/bench/run.py --only tryton

Both sides ask for the same fields in pages of the same size; Tandem also stores what it read. The
rate is per second of CPU, the ERP's and ours together: one waits for the other all the time, so
idle this is the wall clock. Tryton needs more than a millisecond for each: 100,000 of them take
ten minutes. What Tandem's own part costs, the pulls from the fake ERP tell.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from connectors.tryton.mapping.product import PRODUCT_NAMES
from core.actor import system
from core.host import Host
from core.sync.inline import InlineContext
from core.sync.pull.cursors import Cursors
from core.sync.pull.readers import open_readers
from core.sync.pull.stream import MIRROR_PAGE
from modules.catalog.erp import PRODUCT
from tests.bench.clock import Turns, own_and, spent
from tests.bench.figure import Figure, at_least
from tests.bench.ground import Bench
from tests.bench.raw_tryton import RawProducts, RawTryton
from tests.bench.tryton import pulled_from, tryton
from tests.bench.tryton_shelf import TrytonShelf

CHANGES = 4
PRODUCTS = int(os.environ.get("BENCH_TRYTON_DOCUMENTS", "20000")) // CHANGES
_TEMPLATE = "product.template"
_OURS, _RAW = "ours", "raw"
_ACTOR = system("bench")


def measure(bench: Bench) -> Iterator[Figure]:
    host = bench.host("SQLite")
    with tryton(bench) as erp:
        connection_id = pulled_from(host, erp)
        bench.say(f"{PRODUCTS:,} products in Tryton, changed {CHANGES} times")
        shelf = TrytonShelf(erp.database_file)
        shelf.fill(PRODUCTS)
        raw = RawProducts(RawTryton(erp.settings), names=PRODUCT_NAMES, limit=MIRROR_PAGE)
        sides = _Sides(host, connection_id, raw)
        sides.pull()
        turns: Turns = {_OURS: [], _RAW: []}
        clock = own_and(erp.pid)
        for number in range(CHANGES):
            since = shelf.change(f"Changed {number}")
            turns[_RAW].append(spent(clock, partial(sides.read_raw, since)))
            turns[_OURS].append(spent(clock, sides.pull))
    documents = PRODUCTS * CHANGES
    yield Figure(
        name=f"{documents:,} changed products pulled from Tryton, {PRODUCTS:,} at a time",
        value=documents / sum(turns[_OURS]),
        unit="documents per CPU s",
        beside=documents / sum(turns[_RAW]),
        goal=at_least(0.5),
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    host: Host
    connection_id: UUID
    raw: RawProducts

    def read_raw(self, since: datetime) -> None:
        _check(self.raw.read_since(since))

    def pull(self) -> None:
        context = InlineContext(self.host, _ACTOR)
        readers = open_readers(context, self.connection_id)
        if readers is None:
            raise RuntimeError("Tryton does not let us in.")
        written = self._written()
        reader = readers.by_kind[PRODUCT]
        reader.read(next(one for one in reader.endpoint.streams if one.name == _TEMPLATE))
        _check(self._written() - written)

    def _written(self) -> int:
        cursors = Cursors(self.connection_id, PRODUCT)
        with self.host.read(_ACTOR) as work:
            cursor = cursors.seen(work, _TEMPLATE)
            return cursor.written if cursor else 0


def _check(count: int) -> None:
    if count != PRODUCTS:
        raise RuntimeError(f"{count} of {PRODUCTS} products came.")
