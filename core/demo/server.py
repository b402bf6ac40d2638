"""Tandem's own processes in the demo: children with their words in a file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from core.children import end_with_parent
from core.config import PREFIX, Settings
from core.demo.folder import Folder
from core.demo.lock import Held
from core.errors import RuleBroken
from core.serve import environment_of, is_free

_START_S = 120.0
#: The supervisor gives its own children 30 s.
_STOP_S = 40.0
#: A predecessor that is just ending may hold the port for a moment.
_PORT_WAIT_S = 5.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    log: str
    process: subprocess.Popen[bytes]

    def await_ready(self) -> None:
        """Until pages, database and worker are up. Raise RuleBroken when that does not come."""
        ends_at = time.monotonic() + _START_S
        while problem := self._problem():
            if self.process.poll() is not None:
                raise RuleBroken(f"Tandem ended while starting: see {self.log}")
            if time.monotonic() > ends_at:
                raise RuleBroken(
                    f"Tandem was not ready within {_START_S:g} s: {problem} See {self.log}"
                )
            time.sleep(_POLL_S)

    def await_end(self) -> None:
        """Serve. Raise RuleBroken should it end by itself."""
        status = self.process.wait()
        raise RuleBroken(f"Tandem ended by itself (status {status}): see {self.log}")

    def _problem(self) -> str:
        """'' once pages, database and worker are up."""
        try:
            answer = requests.get(f"{self.url}/readyz", timeout=5)
            return "" if answer.ok else " ".join(answer.json()["problems"].values())
        except requests.RequestException:
            return "Nobody answers."


@contextmanager
def serving(folder: Folder, settings: Settings, lock: Held) -> Iterator[Server]:
    """Web server and worker, as long as the block lasts."""
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.demo.supervisor"],
            env={**os.environ, **environment_of(settings), f"{PREFIX}CONFIG": os.devnull},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the demo alone, which ends the server well.
            start_new_session=True,
            pass_fds=(lock.descriptor,),
            preexec_fn=end_with_parent(),  # noqa: PLW1509 - the demo has no threads
        )
    url = address(settings)
    lock.note(url=url, server=process.pid)
    try:
        yield Server(url, str(folder.log), process)
    finally:
        _end(process)


def address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"


def await_port(settings: Settings) -> None:
    """Raise RuleBroken when somebody else listens there."""
    ends_at = time.monotonic() + _PORT_WAIT_S
    while not is_free(settings.host, settings.port):
        if time.monotonic() > ends_at:
            raise RuleBroken(
                f"Port {settings.port} is taken: end what listens there, "
                f"or choose another with make demo PORT={settings.port + 1}."
            )
        time.sleep(_POLL_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
