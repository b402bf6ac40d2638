"""A host with jobs of the tests' own, workers in threads, and worker processes to kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.dispatch import Dispatcher
from core.events import Subscription
from core.host import Host
from core.jobs.job import Job
from core.jobs.models import StoredJob
from core.jobs.worker import Worker
from core.registry.discovery import Found, Installed
from core.registry.manifest import Module
from core.registry.registry import Registry
from core.testing import databases, postgres

MakeHost = Callable[..., Host]
WorkerFor = Callable[..., AbstractContextManager[Worker]]
Crew = Callable[..., "subprocess.Popen[bytes]"]
Until = Callable[..., None]
CREW = Path(__file__).with_name("crew.py")


def registry(
    jobs: tuple[Job, ...] = (),
    subscriptions: tuple[Subscription, ...] = (),
    modules: tuple[Module, ...] = (),
) -> Registry:
    own = Module(name="core", title="Tests", jobs=jobs, subscriptions=subscriptions)
    installed = {
        module.name: Installed(module.name, module, "tests", "tests", "1") for module in modules
    }
    return Registry(own, Found(installed, {}), Found({}, {}))


@pytest.fixture(scope="session")
def bare_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host's own tables only, and the table the crew's jobs write to."""
    folder = tmp_path_factory.mktemp("bare")
    path = folder / "bare.sqlite"
    _prepare(databases.sqlite_url(path), "id INTEGER PRIMARY KEY", folder)
    return path


@pytest.fixture(scope="session")
def bare_postgresql(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.postgres_database(postgres_url) as url:
        _prepare(url, "id SERIAL PRIMARY KEY", tmp_path_factory.mktemp("bare"))
        yield url


def _prepare(url: str, key: str, folder: Path) -> None:
    databases.migrate(url, registry(), folder)
    host = open_host(Settings(data_dir=folder, database_url=url), registry())
    with host.write(system("tests")) as work:
        work.session.execute(text(f"CREATE TABLE effect ({key}, what TEXT NOT NULL)"))
    host.database.close()


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if backend == "sqlite":
        template = request.getfixturevalue("bare_sqlite")
        yield databases.copied_sqlite(template, tmp_path / "jobs.sqlite")
        return
    server = request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("bare_postgresql")
    with postgres.postgres_database(server, template=template) as made:
        yield made


@pytest.fixture
def make_host(url: str, tmp_path: Path) -> Iterator[MakeHost]:
    """``make_host(jobs=, subscriptions=, modules=)``: as often as wished, on one database."""
    opened: list[Host] = []

    def make(**brings: Any) -> Host:
        settings = Settings(data_dir=tmp_path, database_url=url)
        opened.append(open_host(settings, registry(**brings)))
        return opened[-1]

    yield make
    for host in opened:
        host.database.close()


@pytest.fixture
def worker_for() -> WorkerFor:
    """``with worker_for(host): ...``: a worker in this process while the block runs."""

    @contextmanager
    def running(host: Host, **options: Any) -> Iterator[Worker]:
        options.setdefault("duties", (Dispatcher(host).step,))
        worker = Worker(host, **options)
        thread = Thread(target=worker.run)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join()

    return running


@pytest.fixture
def crew(url: str) -> Iterator[Crew]:
    """``crew("core.note", lease_s=1)``: a worker process that knows these jobs of crew.py."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*jobs: str, lease_s: float = 1, threads: int = 4) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(CREW), url, str(lease_s), str(threads), *jobs]
        started.append(subprocess.Popen(command))
        return started[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@pytest.fixture
def until() -> Until:
    """``until(condition)`` waits for it; the test fails when it does not come true."""

    def wait(condition: Callable[[], object], *, within_s: float = 20) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(0.02)

    return wait


@pytest.fixture
def effects() -> Callable[[Host], list[str]]:
    """What the crew's jobs wrote, in order."""

    def read(host: Host) -> list[str]:
        with host.read(system("tests")) as work:
            return list(work.session.scalars(text("SELECT what FROM effect ORDER BY id")))

    return read


@pytest.fixture
def states() -> Callable[[Host], dict[str, int]]:
    """How many jobs are in each state."""

    def count(host: Host) -> dict[str, int]:
        with host.read(system("tests")) as work:
            found: dict[str, int] = {}
            for job in work.session.query(StoredJob):
                found[job.state] = found.get(job.state, 0) + 1
            return found

    return count
