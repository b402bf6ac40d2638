"""``tandem run`` as a process: it starts both, keeps both alive and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.actor import system
from core.config import Settings
from core.host import Host
from core.jobs.models import WorkerProcess
from core.serve import PortTaken, run

RUN = [sys.executable, "-m", "core.cli", "run"]
Serve = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def address(settings: Settings) -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind((settings.host, 0))
        return settings.host, int(probe.getsockname()[1])


@pytest.fixture
def serve(settings: Settings, address: tuple[str, int]) -> Iterator[Serve]:
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "TANDEM_DATA_DIR": str(settings.data_dir),
        "TANDEM_DATABASE_URL": settings.database_url,
        "TANDEM_PORT": str(address[1]),
        "TANDEM_WEB_WORKERS": "1",
        "TANDEM_WORKER_THREADS": "1",
    }

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(RUN, env=environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


@pytest.mark.slow
def test_it_serves_restarts_what_dies_and_ends_cleanly(
    serve: Serve, host: Host, address: tuple[str, int]
) -> None:
    supervisor = serve()
    until(lambda: is_ready(address))
    (worker,) = worker_pids(host)
    keeper = parent_of(worker)
    os.kill(worker, signal.SIGKILL)
    until(lambda: len(set(worker_pids(host)) - {worker}) == len(worker_pids(host)) == 1)
    assert parent_of(*worker_pids(host)) == keeper
    for dies in children_of(supervisor.pid):
        os.kill(dies, signal.SIGKILL)
    until(lambda: len(set(children_of(supervisor.pid)) - {keeper}) == 2)
    until(lambda: is_ready(address) and worker_pids(host))
    children = children_of(supervisor.pid)
    children += [child for pid in children for child in children_of(pid)]
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert not any(is_alive(pid) for pid in children)
    assert is_free(address)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_killed_it_leaves_no_orphans_and_starts_again(
    serve: Serve, host: Host, address: tuple[str, int]
) -> None:
    supervisor = serve()
    until(lambda: is_ready(address))
    children = children_of(supervisor.pid)
    supervisor.kill()
    supervisor.wait()
    serve()
    until(lambda: not any(is_alive(pid) for pid in children))
    until(lambda: is_ready(address))
    assert not set(children) & set(worker_pids(host))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_taken_port_is_one_clear_line(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind((settings.host, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} of 127.0.0.1 is taken"):
            run(replace(settings, port=port))


def is_ready(address: tuple[str, int]) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/readyz") as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (urllib.error.URLError, ConnectionError):
        return False


def worker_pids(host: Host) -> list[int]:
    with host.read(system("tests")) as work:
        return [process.pid for process in work.session.query(WorkerProcess)]


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(child) for child in found.split()]


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/stat").read_text("ascii")
    return int(status.rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def is_free(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) != 0


def until(condition: Callable[[], object], *, within_s: float = 120) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "It did not come true."
        time.sleep(0.05)
