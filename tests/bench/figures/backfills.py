"""A million stock levels, killed a third of the way; ``TANDEM_BENCH_LEVELS`` for fewer."""

from __future__ import annotations

import os
from collections.abc import Iterator

from core.sync.pull.stream import MIRROR_PAGE
from tests.bench.backfill import WAREHOUSES
from tests.bench.catalogue import erp_with_products
from tests.bench.figure import Figure, at_most
from tests.bench.ground import BACKENDS, Bench
from tests.bench.killed import backfill_killed

LEVELS = int(os.environ.get("TANDEM_BENCH_LEVELS", "1000000"))


def measure(bench: Bench) -> Iterator[Figure]:
    for backend in BACKENDS:
        bench.say(f"A backfill of {LEVELS:,} stock levels on {backend}, killed on its way")
        host = bench.host(backend)
        connection, _products = erp_with_products(host, LEVELS // WAREHOUSES)
        killed = backfill_killed(host, connection.id, LEVELS)
        if killed.levels != LEVELS:
            raise RuntimeError(f"{killed.levels} of {LEVELS} levels are there.")
        name = f"backfill of {LEVELS:,} stock levels, {backend}"
        yield Figure(
            name=f"{name}: memory", value=killed.peak_bytes / 1e6, unit="MB", goal=at_most(250)
        )
        yield Figure(
            name=f"{name}: read again after SIGKILL",
            value=killed.committed - killed.resumed_at,
            unit="records",
            goal=at_most(MIRROR_PAGE),
        )
        rate = (LEVELS - killed.resumed_at) / killed.seconds
        yield Figure(name=f"{name}: rate", value=rate, unit="rows per s")
