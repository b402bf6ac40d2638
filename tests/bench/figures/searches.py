"""Search for a name nobody has, among 100,000 parties: the wait is the user's, so wall time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median

from core.actor import Actor
from core.api.listing import ListQuery, page
from modules.contacts.services.lists import ALL
from tests.bench.figure import Figure, at_most
from tests.bench.ground import BACKENDS, Bench, Ground

_TIMES = 200
_INDEX = {
    "SQLite": "SELECT rowid FROM fts_search WHERE fts_search MATCH ?",
    "PostgreSQL": "SELECT record_id FROM core_search WHERE words @@ CAST(%s AS tsquery)",
}
_WORD = {"SQLite": '"{}"*', "PostgreSQL": "'{}':*"}
_NAMES = count(1)


def measure(bench: Bench) -> Iterator[Figure]:
    for backend in BACKENDS:
        ground = bench.ground(backend)
        ours, raw = [], []
        for _ in range(_TIMES):
            ours.append(_ours(ground, ground.admin))
            raw.append(_raw(ground))
        yield Figure(
            name=f"search of an absent name, {backend}",
            value=median(ours) * 1e3,
            unit="ms",
            beside=median(raw) * 1e3,
            goal=at_most(5),
        )


def _absent() -> str:
    """Another one each time: no cache may know the answer."""
    return f"qwxyz{next(_NAMES):x}"


def _ours(ground: Ground, actor: Actor) -> float:
    query = ListQuery(q=_absent())
    return _timed(lambda: _searched(ground, actor, query))


def _searched(ground: Ground, actor: Actor, query: ListQuery) -> None:
    with ground.host.read(actor) as work:
        if page(work, ALL, query).rows:
            raise RuntimeError("The absent name is there.")


def _raw(ground: Ground) -> float:
    """The driver asking the index alone."""
    word = _WORD[ground.backend].format(_absent())
    with ground.host.database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        cursor = driver.cursor()  # type: ignore[union-attr]  # the connection is open
        return _timed(lambda: cursor.execute(_INDEX[ground.backend], (word,)).fetchall())


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before
