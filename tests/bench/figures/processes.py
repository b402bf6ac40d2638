"""What a web worker holds after some work, and what it costs to start one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from resource import RUSAGE_CHILDREN, getrusage

import orjson

from core.config import PREFIX
from core.serve import environment_of
from tests.bench.clock import in_turns, least
from tests.bench.figure import Figure, at_most
from tests.bench.ground import Bench, Ground
from tests.bench.server import Server

_REQUESTS = 200
_STARTS = 5
#: Of pages; the API is asked for the same in between.
_PAGES = ("/contacts/", "/products/", "/stock/", "/orders/", "/invoices/", "/contacts/?q=velo")
_LISTS = ("/parties", "/products", "/stock-levels", "/orders", "/invoices", "/parties?q=velo")


def measure(bench: Bench) -> Iterator[Figure]:
    ground = bench.ground("SQLite")
    with ground.serve() as server:
        _use(ground, server)
        yield Figure(
            name=f"memory of a web worker after {_REQUESTS} requests",
            value=server.worker.memory_full_info().pss / 1e6,
            unit="MB",
            goal=at_most(110),
        )
    turns = in_turns(
        _children_s,
        {
            "ours": _starting(ground, "import wsgi"),
            "raw": _starting(ground, "import flask, sqlalchemy.orm; flask.Flask('raw')"),
        },
        turns=_STARTS,
    )
    yield Figure(
        name="cold start of the web application",
        value=least(turns["ours"]),
        unit="CPU s",
        beside=least(turns["raw"]),
        goal=at_most(2),
    )


def _use(ground: Ground, server: Server) -> None:
    name, secret = ground.cookie
    token = {"Authorization": f"Bearer {ground.everything}"}
    parties = orjson.loads(server.get("/api/v1/parties?limit=20", token))["items"]
    records = [f"/contacts/{party['id']}" for party in parties]
    pages = islice(cycle((*_PAGES, *records)), _REQUESTS // 2)
    for page, asked in zip(pages, cycle(_LISTS), strict=False):
        server.get(page, {"Cookie": f"{name}={secret}"})
        server.get(f"/api/v1{asked}", token)


def _starting(ground: Ground, code: str) -> Callable[[], object]:
    environment = {**os.environ, **environment_of(ground.host.settings)}
    environment[f"{PREFIX}CONFIG"] = os.devnull

    def start() -> None:
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)

    return start


def _children_s() -> float:
    """CPU seconds of all processes we started that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
