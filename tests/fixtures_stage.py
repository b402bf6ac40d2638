"""A stage: a host with jobs of the tests' own, workers in threads, worker processes to kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, text

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

CREW = Path(__file__).parent / "core/jobs/crew.py"


@pytest.fixture(scope="session")
def bare_sqlite(scratch: Path) -> Path:
    """The host's own tables only, and the table the crew's jobs write to."""
    path = scratch / "bare.sqlite"
    _prepare(databases.sqlite_url(path), "id INTEGER PRIMARY KEY", scratch)
    return path


@pytest.fixture(scope="session")
def bare_postgresql(postgres_url: str, scratch: Path) -> Iterator[str]:
    with postgres.postgres_database(postgres_url) as url:
        _prepare(url, "id SERIAL PRIMARY KEY", scratch)
        yield url


def _prepare(url: str, key: str, folder: Path) -> None:
    databases.migrate(url, _registry(), folder)
    host = open_host(Settings(data_dir=folder, database_url=url), _registry())
    with host.write(system("tests")) as work:
        work.session.execute(text(f"CREATE TABLE effect ({key}, what TEXT NOT NULL)"))
    host.database.close()


def _registry(
    jobs: tuple[Job, ...] = (),
    subscriptions: tuple[Subscription, ...] = (),
    modules: tuple[Module, ...] = (),
) -> Registry:
    own = Module(name="core", title="Tests", jobs=jobs, subscriptions=subscriptions)
    found = {item.name: Installed(item.name, item, "tests", "tests", "1") for item in modules}
    return Registry(own, Found(found, {}), Found({}, {}))


@pytest.fixture(scope="session")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The process worker processes are forked from: they start in no time."""
    with subprocess.Popen(
        [sys.executable, str(CREW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def stage(
    backend: str, nursery: subprocess.Popen[str], scratch: Path, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    template = request.getfixturevalue(f"bare_{backend}")
    if backend == "sqlite":
        made = databases.sqlite_database(scratch, template=template)
    else:
        server = request.getfixturevalue("postgres_url")
        made = postgres.postgres_database(server, template=template)
    with made as url:
        opened = Stage(url, nursery)
        yield opened
        opened.close()


@dataclass
class CrewMember:
    """A worker process."""

    pid: int
    nursery: subprocess.Popen[str]
    is_gone: bool = False

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        self.is_gone = True
        return _ask(self.nursery, f"wait {self.pid}")

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.wait()


class Stage:
    def __init__(self, url: str, nursery: subprocess.Popen[str]) -> None:
        self.url = url
        self._nursery = nursery
        self._hosts: list[Host] = []
        self._crew: list[CrewMember] = []
        self.host = self.open()

    def open(self, **brings: Any) -> Host:
        """Another host on the database; ``jobs=``, ``subscriptions=``, ``modules=`` are its own."""
        settings = Settings(data_dir=Path(), database_url=self.url)
        self._hosts.append(open_host(settings, _registry(**brings)))
        return self._hosts[-1]

    def start(
        self, *jobs: str, lease_s: float = 1, threads: int = 4, shift_h: float = 0
    ) -> CrewMember:
        """A worker process that knows these jobs of crew.py; its clock may be wrong."""
        order = f"start {self.url} {lease_s} {threads} {shift_h} {' '.join(jobs)}"
        self._crew.append(CrewMember(_ask(self._nursery, order), self._nursery))
        return self._crew[-1]

    @contextmanager
    def working(self, host: Host, **options: Any) -> Iterator[Worker]:
        """A worker in this process while the block runs."""
        worker = Worker(host, duties=(Dispatcher(host).step,), **options)
        thread = Thread(target=worker.run)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join()

    def effects(self) -> list[str]:
        """What the jobs wrote, in order."""
        with self.host.read(system("tests")) as work:
            return list(work.session.scalars(text("SELECT what FROM effect ORDER BY id")))

    def states(self) -> dict[str, int]:
        return dict(Counter(job.state for job in self.jobs()))

    def jobs(self) -> list[StoredJob]:
        with self.host.read(system("tests")) as work:
            return list(work.session.scalars(select(StoredJob).order_by(StoredJob.id)))

    def until(self, condition: Callable[[], object], *, within_s: float = 20) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"It did not come true: {self.states()}"
            time.sleep(0.02)

    def close(self) -> None:
        for member in self._crew:
            if not member.is_gone:
                member.kill()
        for host in self._hosts:
            host.database.close()


def _ask(nursery: subprocess.Popen[str], order: str) -> int:
    assert nursery.stdin
    assert nursery.stdout
    nursery.stdin.write(f"{order}\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())
