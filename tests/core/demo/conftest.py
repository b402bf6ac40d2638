"""``start_demo``, ``fake_demo``: ``tandem demo`` as people start it, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

#: How long a test waits for what takes seconds.
PATIENCE_S = 90.0


@dataclass
class RunningDemo:
    folder: Path
    port: int
    erp: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until it says that it is ready, on two cores of its own.

        Beside other tests the clock says more; then the processor time it needed tells.
        """
        began = time.monotonic()
        with (self.folder / "said").open("w") as said:
            started = subprocess.Popen(
                command(), cwd=self.folder, env=self.environment(), stdout=said, stderr=said
            )
        self.process = started
        until(lambda: "Ctrl-C" in self.said or started.poll() is not None)
        assert started.poll() is None, self.said
        return min(time.monotonic() - began, self._alone_s(started.pid))

    def _alone_s(self, own: int) -> float:
        """The demo's processor time, and half of its children's: they start side by side."""
        needed = {one.pid: one.cpu_times() for one in self.family()}
        return sum(
            (one.user + one.system) / (1 if pid == own else 2) for pid, one in needed.items()
        )

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text("utf-8")

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command beside it, from another shell."""
        return subprocess.run(
            command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("TANDEM_")}
        return {**kept, "ERP": self.erp, "PORT": str(self.port)}

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def family(self) -> list[psutil.Process]:
        """All processes of this demo, also those that lost their parent."""
        return [one for one in psutil.process_iter() if _stands_in(one, self.folder)]

    @property
    def credentials(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / ".demo/credentials.json").read_text())
        return found

    def get(self, path: str, **filters: str) -> Any:
        return self._answer("GET", path, params=filters)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._answer("POST", path, json=body)

    def _answer(self, method: str, path: str, **rest: Any) -> Any:
        known = self.credentials
        answer = requests.request(
            method,
            f"{known['url']}/api/v1{path}",
            headers={"Authorization": f"Bearer {known['api_token']}"},
            timeout=30,
            **rest,
        )
        assert answer.ok, answer.text
        return answer.json()


StartDemo = Callable[[str], RunningDemo]
Prepared = Callable[[str], RunningDemo]


@pytest.fixture
def prepared(tmp_path: Path, request: pytest.FixtureRequest) -> Prepared:
    """A demo that was not started yet; its Tryton is installed already."""

    def made(erp: str) -> RunningDemo:
        if erp == "tryton":
            _install(request.getfixturevalue("tryton_template"), tmp_path / ".demo/erp")
        return RunningDemo(tmp_path, free_port(), erp)

    return made


@pytest.fixture
def start_demo(prepared: Prepared) -> Iterator[StartDemo]:
    with ExitStack() as ending:

        def start(erp: str) -> RunningDemo:
            return ending.enter_context(running(prepared(erp)))

        yield start


@pytest.fixture(scope="module")
def fake_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """For tests that leave it running."""
    with running(RunningDemo(tmp_path_factory.mktemp("demo"), free_port(), "fake")) as demo:
        yield demo


@contextmanager
def running(demo: RunningDemo) -> Iterator[RunningDemo]:
    try:
        demo.start()
        yield demo
    finally:
        for process in demo.family():
            process.kill()
        if demo.process is not None:
            demo.process.wait()


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "core.cli", "demo", *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object]) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends_at, "It did not come true."
        time.sleep(0.05)


def _install(template: Path, folder: Path) -> None:
    """As a first start would leave it, without the minutes that takes."""
    folder.mkdir(parents=True)
    (folder / "venv").symlink_to(template / "venv")
    for name in ("template.sqlite", "template.json"):
        shutil.copyfile(template / name, folder / name)


def _stands_in(process: psutil.Process, folder: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.cwd() == str(folder) and process.pid != os.getpid()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
