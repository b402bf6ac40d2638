"""A Tryton with made-up data on this machine: installed once, then started in seconds.

Everything lies in one folder: the virtual environment of the ERP, its prepared database as a
template, the database in use, passwords and port. Tryton is GPL-3.0 and stays in a process of its
own; we talk to it over HTTP as to any other.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from connectors.tryton.client import Rpc
from connectors.tryton.demo.install import DATABASE, Installation
from connectors.tryton.demo.people import People
from connectors.tryton.settings import TrytonSettings
from core.errors import RuleBroken
from core.sync.egress import LOOPBACK
from core.sync.errors import SyncError
from core.sync.http import FrameworkSessions

HOST = "127.0.0.1"
_START_S = 60.0
_STOP_S = 5.0


class TrytonDemo:
    """``DemoErp``. ``template`` is the folder of another one whose installation is used."""

    def __init__(
        self, folder: Path, *, template: Path | None = None, port: int | None = None
    ) -> None:
        self._here = Installation(folder, template=template)
        self._port = port
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the connection's form takes: the CRM's own user, who is no administrator."""
        state = self._here.state
        own = {"user": state.user, "password": state.password}
        return {"url": self.url, "database": DATABASE, **own, "warehouse": "", "units": {}}

    @property
    def credentials(self) -> Mapping[str, str]:
        """For a person, or a script, that wants to look inside: the administrator."""
        state = self._here.state
        login = {"login": "admin", "password": state.admin_password}
        return {"url": self.url, "database": DATABASE, **login}

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._here.state.port}"

    @property
    def pid(self) -> int:
        """The server's process; raises ``RuleBroken`` when it does not run."""
        pid = self._here.state.pid
        if not pid:
            raise RuleBroken("the demo's Tryton does not run")
        return pid

    @property
    def database_file(self) -> Path:
        return self._here.database

    def start(self, report: Callable[[str], None]) -> None:
        self._here.prepare(report, port=self._port or _free_port)
        if self._answers():
            report(f"Tryton is still up on {self.url}")
            return
        if _is_taken(self._here.state.port):
            raise RuleBroken(
                f"port {self._here.state.port} of the demo's Tryton is taken by another program"
            )
        self._serve()
        self._await_answer()
        report(f"Tryton answers on {self.url}")

    def stop(self) -> None:
        """Also stops a frozen one, and one an earlier process of ours left behind."""
        pid = self._here.state.pid if self._here.exists else None
        if pid and _is_server(pid, self._here.state.port):
            self._end(pid)
        if self._server is not None:
            self._server.wait(_STOP_S)
            self._server = None
        if pid:
            self._here.keep(pid=None)

    def _end(self, pid: int) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            _send(pid, number)
            _send(pid, signal.SIGCONT)
            if self._is_gone(pid, _STOP_S):
                return

    def ship(self, reference: str) -> str:
        return self._people().ship(reference)

    def invoice(self, reference: str) -> str:
        return self._people().invoice(reference)

    def pay(self, reference: str) -> str:
        return self._people().pay(reference)

    def rpc(self) -> Rpc:
        """Calls as the ERP's administrator."""
        login = self.credentials
        settings = TrytonSettings(
            url=self.url, database=DATABASE, user=login["login"], password=login["password"]
        )
        return Rpc(settings, FrameworkSessions(allowed=LOOPBACK))

    def _people(self) -> People:
        return People(self.rpc())

    def _serve(self) -> None:
        """One thread: SQLite takes one writer, and Tryton's sequences repeat with more."""
        log = self._here.log.open("ab")
        with log:
            self._server = subprocess.Popen(  # noqa: S603 - our own paths, no shell
                [
                    self._here.tool("waitress-serve"),
                    f"--listen={HOST}:{self._here.state.port}",
                    "--threads=1",
                    "trytond.application:app",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._here.environment(),
                # Ctrl-C is for the program that started us; it calls stop().
                start_new_session=True,
            )
        self._here.keep(pid=self._server.pid)

    def _await_answer(self) -> None:
        ends_at = time.monotonic() + _START_S
        while time.monotonic() < ends_at:
            if self._server is not None and self._server.poll() is not None:
                raise RuleBroken(f"Tryton ended while starting: see {self._here.log}")
            if self._answers():
                return
            time.sleep(0.05)
        raise RuleBroken(f"Tryton did not answer within {_START_S:g} s: see {self._here.log}")

    def _answers(self) -> bool:
        """Whether it is ours that answers: nobody else knows the password."""
        if not _is_taken(self._here.state.port):
            return False
        try:
            return self.rpc().company > 0
        except SyncError:
            return False

    def _is_gone(self, pid: int, wait_s: float) -> bool:
        ends_at = time.monotonic() + wait_s
        while time.monotonic() < ends_at:
            if self._server is not None and self._server.poll() is not None:
                return True
            if not _send(pid, 0):
                return True
            time.sleep(0.05)
        return False


def _is_server(pid: int, port: int) -> bool:
    """Numbers of processes are used again: what was ours may be somebody else's by now."""
    if Path("/proc/self").exists():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        except OSError:
            return False
    else:
        listing = ["ps", "-p", str(pid), "-o", "args="]
        command = subprocess.run(  # noqa: S603 - a number, no shell
            listing, capture_output=True, text=True, check=False
        ).stdout
    return f"--listen={HOST}:{port}" in command


def _send(pid: int, number: int) -> bool:
    """False when there is no such process (any more)."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
