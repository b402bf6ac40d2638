"""The real web server with one worker, so that its CPU time is that of the requests."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import psutil

from connectors.tryton.demo.erp import _free_port
from core.children import end_with_parent
from core.config import PREFIX, Settings
from core.serve import _gunicorn, environment_of
from tests.bench.clock import Clock, cpu_clock

#: Headers of somebody who is not signed in.
NOBODY: Mapping[str, str] = {}
_START_S = 60.0
_APPLICATION = "tests.bench.web_app:application"


@dataclass(slots=True)
class Server:
    url: str
    master: int
    _line: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)

    @property
    def worker(self) -> psutil.Process:
        (child,) = psutil.Process(self.master).children()
        return child

    @property
    def clock(self) -> Clock:
        return cpu_clock(self.worker.pid)

    def get(self, path: str, headers: Mapping[str, str] = NOBODY) -> bytes:
        """On one connection that is kept open. Raise RuntimeError for anything but 200."""
        self._line.request("GET", path, headers=dict(headers))
        answer = self._line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:500].decode()}")
        return body


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    port = _free_port()
    chosen = replace(settings, port=port, web_workers=1, log_level="WARNING")
    with subprocess.Popen(
        [*_gunicorn(chosen)[:-1], _APPLICATION],
        env={**os.environ, **environment_of(chosen), f"{PREFIX}CONFIG": os.devnull},
        preexec_fn=end_with_parent(),  # noqa: PLW1509 - the bench starts it from its only thread
    ) as process:
        server = Server(f"http://127.0.0.1:{port}", process.pid)
        try:
            _await(server, process)
            yield server
        finally:
            process.terminate()


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            server.get("/healthz")
        except (OSError, http.client.HTTPException):
            server._line.close()
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The web server did not start.")
