"""How soon an idle worker starts a job that was just put into the queue.

In wall-clock time, since waiting is what is measured: a busy machine makes it longer. PostgreSQL
tells workers of work; on SQLite they look for it four times a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from random import Random
from statistics import median
from threading import Thread
from time import perf_counter, sleep
from typing import Any

from core.actor import system
from core.compose import open_host
from core.dispatch import Dispatcher
from core.host import Host
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.jobs.worker import Worker
from core.registry.discovery import Found
from core.registry.manifest import Module
from core.registry.registry import Registry
from tests.bench.figure import Figure, at_most
from tests.bench.ground import BACKENDS, Bench

_JOBS = 40
#: Milliseconds at most for half of them. SQLite's is the time between two looks.
_GOALS = {"SQLite": 250, "PostgreSQL": 50}
_WITHIN_S = 60.0
_ACTOR = system("bench")


def measure(bench: Bench) -> Iterator[Figure]:
    for backend in BACKENDS:
        bench.say(f"{_JOBS} jobs one by one on {backend}")
        waits = _waits(bench.host(backend))
        yield Figure(
            name=f"from commit to start of a job, idle worker on {backend}",
            value=median(waits) * 1000,
            unit="ms",
            goal=at_most(_GOALS[backend]),
        )


def _waits(host: Host) -> list[float]:
    """Seconds from each commit to the start of its job."""
    started: Queue[float] = Queue()

    def start(_context: JobContext, _args: Mapping[str, Any]) -> None:
        started.put(perf_counter())

    job = Job(name="core.bench", run=start, keep_done=False)
    random = Random(1)  # noqa: S311 - no secret
    found = []
    with _idle_worker(host, job):
        for _ in range(_JOBS):
            sleep(random.uniform(0.1, 0.4))  # so that its own looks come at any moment
            with host.write(_ACTOR) as work:
                enqueue(work, job)
            committed_at = perf_counter()
            found.append(max(0.0, started.get(timeout=_WITHIN_S) - committed_at))
    return found


@contextmanager
def _idle_worker(host: Host, job: Job) -> Iterator[None]:
    own = Module(name="core", title="Bench", jobs=(job,))
    beside = open_host(host.settings, Registry(own, Found({}, {}), Found({}, {})))
    worker = Worker(beside, duties=(Dispatcher(beside).step,))
    thread = Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()
        beside.database.close()
