"""Worker processes for the tests to kill, forked from one that has imported everything already.

Reads lines on its stdin: ``start URL LEASE_S THREADS SHIFT_H JOB...`` answers the process id,
``wait PID`` the exit code. ``SHIFT_H`` is by how many hours the worker's own clock is wrong. The
jobs note their effects in ``effect`` on purpose without any constraint: that each is there once is
the queue's doing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from sqlalchemy import text

from core.clock import utcnow
from core.compose import open_host
from core.config import Settings
from core.jobs.job import CatchUp, Job, JobContext
from core.jobs.worker import Worker
from core.keeper import stop_when_told
from core.logs import configure
from core.registry.discovery import Found
from core.registry.manifest import Module
from core.registry.registry import Registry
from core.work import UnitOfWork


def note(context: JobContext, args: Mapping[str, Any]) -> None:
    """Look, dawdle, write: what a zombie or a double run would do twice."""
    with context.write() as work:
        seen = _count(work, args["what"])
    time.sleep(args.get("pause_s", 0.002))
    if not seen:
        with context.write() as work:
            _insert(work, args["what"])


def begin_and_end(context: JobContext, args: Mapping[str, Any]) -> None:
    with context.write() as work:
        _insert(work, f"{args['what']} begin")
    time.sleep(0.003)
    with context.write() as work:
        _insert(work, f"{args['what']} end")


def dawdle(context: JobContext, args: Mapping[str, Any]) -> None:
    """One record after the other, until asked to stop."""
    for record in range(args["records"]):
        if context.stopping:
            return
        with context.write() as work:
            _insert(work, f"record {record}")
        time.sleep(0.05)


def die(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        _insert(work, "died")
    signal.raise_signal(signal.SIGKILL)


def tick(context: JobContext, args: Mapping[str, Any]) -> None:
    with context.write() as work:
        _insert(work, str(args["planned_at"]))


def _count(work: UnitOfWork, what: str) -> int:
    query = text("SELECT count(*) FROM effect WHERE what = :what")
    return int(work.session.scalar(query, {"what": what}) or 0)


def _insert(work: UnitOfWork, what: str) -> None:
    work.session.execute(text("INSERT INTO effect (what) VALUES (:what)"), {"what": what})


JOBS = (
    Job(name="core.note", run=note, max_attempts=50),
    Job(name="core.begin_and_end", run=begin_and_end, max_attempts=50),
    Job(name="core.dawdle", run=dawdle),
    Job(name="core.die", run=die, max_attempts=3),
    Job(name="core.tick", run=tick, every_s=1, catch_up=CatchUp.ALL, keep_done=False),
    Job(name="core.kept_tick", run=tick, every_s=0.5, catch_up=CatchUp.ALL),
)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is logged must not be taken for an answer
    for line in sys.stdin:
        order, *words = line.split()
        if order == "wait":
            _pid, status = os.waitpid(int(words[0]), 0)
            answer = os.waitstatus_to_exitcode(status)
        elif (answer := os.fork()) == 0:
            url, lease_s, threads, shift_h, *names = words
            with wrong_clock(float(shift_h)):
                work(url, lease_s, threads, *names)
            os._exit(0)
        answers.write(f"{answer}\n")
        answers.flush()


@contextmanager
def wrong_clock(hours: float) -> Iterator[None]:
    if not hours:
        yield
        return
    with time_machine.travel(utcnow() + timedelta(hours=hours), tick=True):
        yield


def work(url: str, lease_s: str, threads: str, *names: str) -> None:
    own = Module(name="core", title="Tests", jobs=tuple(job for job in JOBS if job.name in names))
    settings = Settings(data_dir=Path(), database_url=url)
    configure(settings)
    host = open_host(settings, Registry(own, Found({}, {}), Found({}, {})))
    worker = Worker(host, threads=int(threads), lease_s=float(lease_s))
    stop_when_told(worker)
    worker.run()
    host.database.close()


if __name__ == "__main__":
    main()
