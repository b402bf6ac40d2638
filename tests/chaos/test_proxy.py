"""The proxy does what its script says: otherwise the tests that use it would test nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests
from typing_extensions import override

from tests.chaos.proxy import Proxy
from tests.chaos.toxics import (
    Bandwidth,
    Dice,
    Hang,
    Latency,
    Once,
    Reset,
    SlowClose,
    Toxic,
    Truncate,
    When,
)

BODY = b"x" * 400


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(200)
        if self.path == "/until-closed":
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    @override
    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def proxy(heard: list[str]) -> Iterator[Proxy]:
    handler = type("Answering", (_Answering,), {"heard": heard})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        with Proxy(server.server_port) as proxy:
            yield proxy
        server.shutdown()
        thread.join()


def ask(proxy: Proxy, path: str = "/", timeout_s: float = 5) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(proxy.url + path, timeout=timeout_s).content


@pytest.mark.parametrize(
    ("toxic", "reached"),
    [
        (Reset(When.BEFORE), False),
        (Reset(When.AFTER), True),
        (Hang(When.BEFORE), False),
        (Hang(When.AFTER), True),
        (Truncate(300), True),
        (Bandwidth(300), True),
    ],
    ids=str,
)
def test_what_spoils_an_exchange_does_so_on_its_side_of_the_server(
    proxy: Proxy, heard: list[str], *, toxic: Toxic, reached: bool
) -> None:
    proxy.script = Once(toxic, asked=b"GET /spoilt")
    timeout_s = 0.5 if isinstance(toxic, Hang) else 5
    started = time.monotonic()
    try:
        ask(proxy, "/spoilt", timeout_s)
    except requests.RequestException:
        assert not isinstance(toxic, Bandwidth)
    else:
        assert isinstance(toxic, Bandwidth)
        assert time.monotonic() - started > 1
    assert (heard == ["/spoilt"]) is reached
    assert ask(proxy) == BODY
    assert proxy.spoilt == {type(toxic).__name__: 1}


def test_delays_are_waited_for(proxy: Proxy) -> None:
    for toxic, path in ((Latency(0.4, 0.1), "/"), (SlowClose(0.3), "/until-closed")):
        proxy.script = Once(toxic)
        started = time.monotonic()
        assert ask(proxy, path) == BODY
        assert time.monotonic() - started >= 0.3


def test_exchanges_on_one_connection_are_told_apart(proxy: Proxy, heard: list[str]) -> None:
    proxy.script = Once(Reset(When.BEFORE), asked=b"GET /third")
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(proxy.url + "/first", timeout=5).content == BODY
        assert session.get(proxy.url + "/second", timeout=5).content == BODY
        with pytest.raises(requests.ConnectionError):
            session.get(proxy.url + "/third", timeout=5)
    assert heard == ["/first", "/second"]
    assert proxy.exchanges == 3


def test_down_refuses_and_comes_back_on_the_same_port(proxy: Proxy) -> None:
    with proxy.down(), pytest.raises(requests.ConnectionError, match="refused"):
        ask(proxy)
    assert ask(proxy) == BODY


def test_a_seed_repeats_its_draws() -> None:
    odds: dict[Toxic, float] = {Reset(When.AFTER): 0.3, Hang(When.BEFORE): 0.2}
    draws = [[Dice(seed, odds) for _ in range(2)] for seed in (1, 2)]
    rows = [[[dice(b"") for _ in range(200)] for dice in pair] for pair in draws]
    assert rows[0][0] == rows[0][1]
    assert rows[0] != rows[1]
    assert 30 < rows[0][0].count(Reset(When.AFTER)) < 90
    assert 20 < rows[0][0].count(Hang(When.BEFORE)) < 60
