"""Tandem as an enterprise runs it (web and worker processes), with a real Tryton behind it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import psutil
import pytest
import requests

from core.actor import Actor, system
from core.config import Settings
from core.host import Host
from core.security.tokens import TokenWish, create_token
from core.serve import environment_of
from core.sync import connections
from tests.fixtures_tryton import RunningTryton

T = TypeVar("T")
Json = Any

#: How long a test waits for what takes a second or two: the machine may be busy with other tests.
#: How long it takes is a figure of the benchmarks.
PATIENCE_S = 60.0


@dataclass
class Tandem:
    """``tandem run`` in its own processes, used over HTTP by a program with a token."""

    settings: Settings
    token: str
    connection: UUID
    _process: subprocess.Popen[bytes] | None = None
    _session: requests.Session = field(default_factory=requests.Session)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", "run"],
            env={**os.environ, **environment_of(self.settings)},
            start_new_session=True,
        )
        self.wait(self._is_up)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(40)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to every process of it, as a power cut would."""
        if self._process is None:
            return
        parent = psutil.Process(self._process.pid)
        for process in (parent, *parent.children(recursive=True)):
            process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self._process = None

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        url = f"http://{self.settings.host}:{self.settings.port}/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        return self._session.request(method, url, json=body, headers=headers, timeout=20)

    def get(self, path: str) -> Json:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object = None) -> Json:
        answer = self.call("POST", path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def all(self, path: str) -> list[Json]:
        items: list[Json] = []
        page = self.get(path)
        while True:
            items += page["items"]
            if page["next"] is None:
                return items
            joint = "&" if "?" in path else "?"
            page = self.get(f"{path}{joint}after={page['next']}")

    def order(self, reference: str, **change: object) -> Json:
        """Draft and confirm; a repeat after a crash is the same order."""
        customer = self.get("/parties?source=Tryton&sort=name&limit=1")["items"][0]
        product = self.get("/products?active=true&stocked=true&limit=1")["items"][0]
        line = {"sku": product["sku"], "quantity": "2", "unit_price": "12.5"}
        body = {"customer_id": customer["id"], "currency": "EUR", "lines": [line]}
        drafted = self.post("/orders", {**body, "client_reference": reference, **change})
        if drafted["states"]["commercial"] != "draft":
            return drafted
        return self.post(f"/orders/{drafted['id']}/confirm")

    def order_is(
        self, order_id: str, states: Mapping[str, str], *, within_s: float = PATIENCE_S
    ) -> Json:
        """Wait until the order has these states."""

        def there() -> Json:
            order = self.get(f"/orders/{order_id}")
            return order if states.items() <= order["states"].items() else None

        return self.wait(there, within_s=within_s)

    def wait(self, look: Callable[[], T | None], *, within_s: float = PATIENCE_S) -> T:
        deadline = time.monotonic() + within_s
        while True:
            if found := look():
                return found
            assert time.monotonic() < deadline, f"not within {within_s} s"
            time.sleep(0.1)

    def _is_up(self) -> bool:
        try:
            return self.call("GET", "/modules").status_code == 200
        except requests.RequestException:
            return False


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, port=_free_port(), web_workers=1)


@pytest.fixture
def make_tandem(
    host: Host, admin: Actor, company: UUID
) -> Iterator[Callable[[RunningTryton], Tandem]]:
    started: list[Tandem] = []

    def make(erp: RunningTryton) -> Tandem:
        with host.write(system("tests")) as work:
            connection = connections.add(
                work,
                host,
                name="Tryton",
                connector="tryton",
                company_id=company,
                settings=erp.settings,
            )
            assert admin.id is not None
            wish = TokenWish(name="walk", scopes=frozenset({"*"}))
            _token, secret = create_token(work, admin.id, wish)
        assert connections.check(host, system("tests"), connection.id).ok
        tandem = Tandem(host.settings, secret, connection.id)
        started.append(tandem)
        tandem.start()
        # The first pull: stock comes after parties and products.
        tandem.wait(lambda: tandem.get("/stock-levels?limit=1")["items"])
        return tandem

    yield make
    for tandem in started:
        tandem.kill()


@pytest.fixture
def tandem(make_tandem: Callable[[RunningTryton], Tandem], fresh_tryton: RunningTryton) -> Tandem:
    return make_tandem(fresh_tryton)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
