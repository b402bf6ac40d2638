"""A list of 80 out of 100,000 parties as JSON: server CPU beside a raw cursor's, at any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

import orjson

from tests.bench.clock import in_turns, least, ratio
from tests.bench.figure import Figure, at_most
from tests.bench.ground import BACKENDS, Bench, Ground
from tests.bench.server import Server

#: Pages of 200 that are turned before the deep page: it is the 500th of 80.
_TURNED = 200
_TURNS, _REQUESTS = 9, 40
_FIRST, _DEEP = "first page", "page 500"
Get = Callable[[str], bytes]


def measure(bench: Bench) -> Iterator[Figure]:
    for backend in BACKENDS:
        ground = bench.ground(backend)
        with ground.serve() as server:
            yield from _figures(ground, server)


def _figures(ground: Ground, server: Server) -> Iterator[Figure]:
    ask = partial(server.get, headers={"Authorization": f"Bearer {ground.token}"})
    ours = {_FIRST: "/api/v1/parties?", _DEEP: _deep(ask)}
    raw = {_FIRST: "/raw/parties?", _DEEP: _raw_deep(ask, ours[_DEEP])}
    for name, path in ours.items():
        _check_same(ask(path), ask(raw[name]))
    sides = {name: partial(_many, ask, path) for name, path in ours.items()}
    sides |= {f"raw {name}": partial(_many, server.get, path) for name, path in raw.items()}
    turns = in_turns(server.clock, sides, turns=_TURNS)
    for name in ours:
        yield Figure(
            name=f"list of 80 as JSON, {ground.backend}, {name}",
            value=_each(turns[name]),
            unit="µs CPU per request",
            beside=_each(turns[f"raw {name}"]),
            against=ratio(turns, name, f"raw {name}"),
            goal=at_most(2.5, "ratio"),
        )
    yield Figure(
        name=f"list of 80 as JSON, {ground.backend}, {_DEEP} beside the first",
        value=_each(turns[_DEEP]),
        unit="µs CPU per request",
        beside=_each(turns[_FIRST]),
        against=ratio(turns, _DEEP, _FIRST),
        goal=at_most(1.15, "ratio"),
    )


def _many(get: Get, path: str) -> None:
    for _ in range(_REQUESTS):
        get(path)


def _each(times: list[float]) -> float:
    return least(times) / _REQUESTS * 1e6


def _deep(get: Get) -> str:
    after = ""
    for _ in range(_TURNED):
        page = orjson.loads(get(f"/api/v1/parties?limit=200{after}"))
        after = f"&after={page['next']}"
    return f"/api/v1/parties?{after.lstrip('&')}"


def _raw_deep(get: Get, ours: str) -> str:
    """Behind the row before our deep page's first; any place just before it is as deep."""
    first = orjson.loads(get(ours))["items"][0]
    return "/raw/parties?" + urlencode({"name": first["name"], "id": str(UUID(int=0))})


def _check_same(ours: bytes, raw: bytes) -> None:
    """Else one would be quick by answering something else. SQLite's ids have no dashes."""
    ids = [[UUID(item["id"]) for item in orjson.loads(body)["items"]] for body in (ours, raw)]
    if ids[0] != ids[1] or len(ids[0]) != 80:
        raise RuntimeError("The raw endpoint answers another list.")
