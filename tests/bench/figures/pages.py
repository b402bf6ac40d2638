"""The list of 80 as a page: server CPU, and in Chromium what it weighs and how soon it is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench.clock import in_turns, least, ratio
from tests.bench.figure import Figure, at_most
from tests.bench.ground import Bench, Ground
from tests.bench.server import Server
from tests.conftest import CHROMIUM, QUIET_CHROMIUM

_LIST = "/contacts/"
_TURNS, _REQUESTS, _LOADS = 7, 10, 7


def measure(bench: Bench) -> Iterator[Figure]:
    ground = bench.ground("SQLite")
    with ground.serve() as server:
        yield from _served(ground, server)
        yield from _shown(ground, server)


def _served(ground: Ground, server: Server) -> Iterator[Figure]:
    cookie, token = "=".join(ground.cookie), f"Bearer {ground.token}"
    page = partial(_many, server, _LIST, {"Cookie": cookie})
    plain = partial(_many, server, "/api/v1/parties", {"Authorization": token})
    turns = in_turns(server.clock, {"page": page, "json": plain}, turns=_TURNS)
    yield Figure(
        name="list of 80 as a page, SQLite, beside its JSON",
        value=least(turns["page"]) / _REQUESTS * 1e6,
        unit="µs CPU per request",
        beside=least(turns["json"]) / _REQUESTS * 1e6,
        against=ratio(turns, "page", "json"),
    )


def _many(server: Server, path: str, headers: dict[str, str]) -> None:
    for _ in range(_REQUESTS):
        server.get(path, headers)


def _shown(ground: Ground, server: Server) -> Iterator[Figure]:
    name, secret = ground.cookie
    with _chromium() as context:
        context.add_cookies([{"name": name, "value": secret, "url": server.url}])
        page = context.new_page()
        sizes = _loaded(page, server.url + _LIST)
        yield Figure(
            name="first page, nothing in the cache: compressed",
            value=sum(sizes) / 1000,
            unit="KB",
            goal=at_most(250),
        )
        yield Figure(
            name="first page, nothing in the cache: requests",
            value=len(sizes),
            unit="requests",
            goal=at_most(12),
        )
        waits = [_first_record_ms(page, server.url + _LIST) for _ in range(_LOADS)]
        yield Figure(
            name="list of 80 in Chromium",
            value=page.locator("*").count(),
            unit="DOM nodes",
            goal=at_most(2500),
        )
        yield Figure(name="first record, warm cache", value=median(waits), unit="ms")


def _loaded(page: Page, address: str) -> list[int]:
    """Bytes of every answer as they came over the wire, headers included."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda end: sizes.append(int(end["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    network.detach()
    return sizes


def _first_record_ms(page: Page, address: str) -> float:
    """From the click to the first row painted, by the browser's own clock."""
    page.goto(address)
    page.locator("table tbody tr").first.wait_for()
    painted: float = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"
    )
    return painted


@contextmanager
def _chromium() -> Iterator[BrowserContext]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        raise RuntimeError("No Chromium (on Debian: sudo apt-get install chromium)")
    with sync_playwright() as playwright:
        options = {"executable_path": executable, "args": list(QUIET_CHROMIUM)}
        chromium = playwright.chromium.launch(**options)  # type: ignore[arg-type]  # as it takes
        yield chromium.new_context(viewport={"width": 1440, "height": 900})
        chromium.close()
