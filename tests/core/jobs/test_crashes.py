"""The engine's reason to be: workers die, freeze and come back, and every job has its effect once.

Real processes, real signals. The crew's jobs look, dawdle and write without any constraint in the
database: an effect that is there twice was let through by the queue.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actor import system
from core.jobs.models import JobState, WorkerProcess
from core.jobs.queue import enqueue
from core.workers import live_worker

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage

KILLS, JOBS = 12, 300


@pytest.mark.slow
def test_a_storm_of_kills_loses_no_job_and_repeats_no_effect(stage: Stage) -> None:
    enqueue_notes(stage, JOBS)
    rng = random.Random(20)  # noqa: S311 - the same storm every time
    for _ in range(KILLS):
        worker = stage.start("core.note", lease_s=0.5)
        time.sleep(rng.uniform(0.1, 0.7))
        worker.kill()
    stage.start("core.note", lease_s=0.5)
    stage.until(lambda: stage.states() == {"done": JOBS}, within_s=240)
    assert Counter(stage.effects()) == Counter(f"job {n:03}" for n in range(JOBS))


def test_a_frozen_worker_that_comes_back_is_fenced(stage: Stage) -> None:
    enqueue_notes(stage, 4, pause_s=1.0)
    frozen = stage.start("core.note")
    stage.until(lambda: stage.states() == {"running": 4})
    time.sleep(0.3)  # each of them has looked, and dawdles
    frozen.send(signal.SIGSTOP)
    stage.start("core.note")
    stage.until(lambda: stage.states() == {"done": 4})
    frozen.send(signal.SIGCONT)
    time.sleep(1.5)
    assert sorted(stage.effects()) == [f"job {n:03}" for n in range(4)]
    assert stage.states() == {"done": 4}
    stage.until(lambda: processes(stage) == 2)  # it is back under another id


def test_survivors_take_over_within_the_lease(stage: Stage) -> None:
    enqueue_notes(stage, 1, pause_s=5)
    victim = stage.start("core.note", lease_s=1.5)
    stage.until(lambda: stage.states() == {"running": 1})
    stage.start("core.note", lease_s=1.5)
    stage.until(lambda: processes(stage) == 2)
    victim.kill()
    died_at = time.monotonic()
    stage.until(lambda: stage.jobs()[0].fence == 2, within_s=5)
    assert time.monotonic() - died_at < 1.5 + 1.0


def test_a_job_that_kills_its_worker_stops(stage: Stage) -> None:
    with stage.host.write(system("tests")) as work:
        enqueue(work, "core.die")
    for _ in range(3):
        assert stage.start("core.die", lease_s=0.5).wait() == -signal.SIGKILL
    stage.start("core.die", lease_s=0.5)
    stage.until(lambda: stage.states() == {"stopped": 1})
    (job,) = stage.jobs()
    assert "died" in str(job.reason)
    assert len(stage.effects()) == len(job.errors) == 3


def test_sigterm_lets_the_record_at_hand_end(stage: Stage) -> None:
    with stage.host.write(system("tests")) as work:
        enqueue(work, "core.dawdle", {"records": 1000})
    worker = stage.start("core.dawdle")
    stage.until(lambda: len(stage.effects()) > 3)
    worker.send(signal.SIGTERM)
    assert worker.wait() == 0
    assert stage.states() == {"done": 1}
    assert 3 < len(stage.effects()) < 1000
    assert processes(stage) == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_two_workers_share_the_work_and_keep_the_order_of_partitions(stage: Stage) -> None:
    with stage.host.write(system("tests")) as work:
        for n in range(10):
            for partition in "abcdef":
                args = {"what": f"{partition} {n}"}
                enqueue(work, "core.begin_and_end", args, partition=partition)
    for _ in range(2):
        stage.start("core.begin_and_end")
    workers: set[object] = set()

    def done() -> bool:
        jobs = stage.jobs()
        workers.update(job.process_id for job in jobs if job.state == JobState.RUNNING)
        return all(job.state == JobState.DONE for job in jobs)

    stage.until(done)
    for partition in "abcdef":
        seen = [what for what in stage.effects() if what.startswith(partition)]
        assert seen == [f"{partition} {n} {step}" for n in range(10) for step in ("begin", "end")]
    assert len(workers) == 2


def test_the_order_of_a_partition_survives_kills(stage: Stage) -> None:
    enqueue_notes(stage, 20, pause_s=0.05, partition="one")
    for _ in range(3):
        worker = stage.start("core.note", lease_s=0.6)
        done = len(stage.effects())
        stage.until(lambda done=done: len(stage.effects()) > done + 2)  # type: ignore[misc] # mypy can not infer it
        worker.kill()
    stage.start("core.note", lease_s=0.6)
    stage.until(lambda: stage.states() == {"done": 20})
    assert stage.effects() == [f"job {n:03}" for n in range(20)]


def test_two_workers_tick_once_and_make_up_for_what_they_missed(stage: Stage) -> None:
    first, second = stage.start("core.tick"), stage.start("core.tick")
    # A kill between a tick's effect and its end would rightly run it again.
    stage.until(lambda: len(stage.effects()) >= 2 and "running" not in stage.states())
    first.kill()
    second.kill()
    before = len(stage.effects())
    time.sleep(2.5)
    stage.start("core.tick")
    stage.until(lambda: len(stage.effects()) >= before + 3)
    moments = [datetime.fromisoformat(what) for what in stage.effects()]
    assert [moment - moments[0] for moment in moments] == [
        (moments[1] - moments[0]) * step for step in range(len(moments))
    ]
    assert (moments[1] - moments[0]).total_seconds() == 1


def test_that_no_worker_lives_is_noticed(stage: Stage) -> None:
    assert not alive(stage)
    worker = stage.start("core.note", lease_s=0.5)
    stage.until(lambda: alive(stage))
    worker.kill()
    stage.until(lambda: not alive(stage), within_s=2)


def enqueue_notes(
    stage: Stage, count: int, *, pause_s: float = 0.03, partition: str | None = None
) -> None:
    with stage.host.write(system("tests")) as work:
        for n in range(count):
            args = {"what": f"job {n:03}", "pause_s": pause_s}
            enqueue(work, "core.note", args, partition=partition)


def processes(stage: Stage) -> int:
    with stage.host.read(system("tests")) as work:
        return len(work.session.scalars(select(WorkerProcess.id)).all())


def alive(stage: Stage) -> bool:
    with stage.host.read(system("tests")) as work:
        return live_worker(work.session)
