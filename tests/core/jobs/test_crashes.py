"""The engine's reason to be: workers die, freeze and come back, and every job has its effect once.

Real processes, real signals. The crew's jobs look, dawdle and write without any constraint in the
database: an effect that is there twice was let through by the queue.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter

import pytest
from sqlalchemy import select

from core.actor import system
from core.host import Host
from core.jobs.models import JobState, StoredJob, WorkerProcess
from core.jobs.process import last_beat, live_worker
from core.jobs.queue import enqueue

KILLS, JOBS = 12, 300


@pytest.mark.slow
def test_a_storm_of_kills_loses_no_job_and_repeats_no_effect(
    make_host, crew, until, effects, states
):
    host = make_host()
    enqueue_all(host, "core.note", JOBS)
    rng = random.Random(20)  # noqa: S311 - the same storm every time
    for _ in range(KILLS):
        process = crew("core.note")
        time.sleep(rng.uniform(0.5, 1.1))
        process.kill()
        process.wait()
    crew("core.note")
    until(lambda: states(host) == {"done": JOBS}, within_s=40)
    assert Counter(effects(host)) == Counter(f"job {n}" for n in range(JOBS))


def test_a_frozen_worker_that_comes_back_is_fenced(make_host, crew, until, effects, states):
    host = make_host()
    enqueue_all(host, "core.note", 4, pause_s=1.0)
    frozen = crew("core.note")
    until(lambda: states(host) == {"running": 4})
    time.sleep(0.3)  # each of them has looked, and dawdles
    frozen.send_signal(signal.SIGSTOP)
    crew("core.note")
    until(lambda: states(host) == {"done": 4})
    frozen.send_signal(signal.SIGCONT)
    time.sleep(1.5)
    assert sorted(effects(host)) == [f"job {n}" for n in range(4)]
    assert states(host) == {"done": 4}
    # It is back under another name, and works.
    until(lambda: processes(host) == 2)


def test_survivors_take_over_within_the_lease(make_host, crew, until, states, effects):
    host = make_host()
    enqueue_all(host, "core.note", 1, pause_s=5)
    victim = crew("core.note", lease_s=1.5)
    until(lambda: states(host) == {"running": 1})
    crew("core.note", lease_s=1.5)
    until(lambda: processes(host) == 2)
    fence = the_job(host).fence
    victim.kill()
    died_at = time.monotonic()
    until(lambda: the_job(host).fence == fence + 1, within_s=5)
    assert time.monotonic() - died_at < 1.5 + 1.0


def test_a_job_that_kills_its_worker_stops(make_host, crew, until, effects):
    host = make_host()
    with host.write(system("tests")) as work:
        enqueue(work, "core.die")
    for _ in range(3):
        process = crew("core.die", lease_s=0.5)
        process.wait(20)
    crew("core.die", lease_s=0.5)
    until(lambda: the_job(host).state == JobState.STOPPED)
    assert "died" in str(the_job(host).reason)
    assert len(effects(host)) == len(the_job(host).errors) == 3


def test_sigterm_ends_the_record_at_hand_and_the_rest_goes_on(
    make_host, crew, until, effects, states
):
    host = make_host()
    with host.write(system("tests")) as work:
        enqueue(work, "core.dawdle", {"records": 1000})
    process = crew("core.dawdle")
    until(lambda: len(effects(host)) > 3)
    process.terminate()
    assert process.wait(5) == 0
    assert states(host) == {"done": 1}
    assert effects(host) == [f"record {n}" for n in range(len(effects(host)))]
    assert processes(host) == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_two_workers_share_the_work_and_keep_the_order(make_host, crew, until, effects, states):
    host = make_host()
    with host.write(system("tests")) as work:
        for n in range(10):
            for partition in "abcdef":
                what = {"what": f"{partition} {n}"}
                enqueue(work, "core.begin_and_end", what, partition=partition)
    crew("core.begin_and_end"), crew("core.begin_and_end")
    workers: set[object] = set()

    def done() -> bool:
        with host.read(system("tests")) as work:
            running = select(StoredJob.process_id).where(StoredJob.process_id.is_not(None))
            workers.update(work.session.scalars(running))
        return states(host) == {"done": 60}

    until(done)
    for partition in "abcdef":
        seen = [what for what in effects(host) if what.startswith(partition)]
        assert seen == [f"{partition} {n} {step}" for n in range(10) for step in ("begin", "end")]
    assert len(workers) == 2


def test_the_order_of_a_partition_survives_kills(make_host, crew, until, effects, states):
    host = make_host()
    with host.write(system("tests")) as work:
        for n in range(20):
            enqueue(work, "core.note", {"what": f"{n:02}", "pause_s": 0.02}, partition="one")
    for _ in range(3):
        process = crew("core.note", lease_s=0.6)
        until(lambda: processes(host) > 0)
        time.sleep(0.5)
        process.kill()
        process.wait()
    crew("core.note", lease_s=0.6)
    until(lambda: states(host) == {"done": 20})
    assert effects(host) == [f"{n:02}" for n in range(20)]


def test_two_workers_tick_once_and_make_up_for_what_they_missed(make_host, crew, until, effects):
    host = make_host()
    first, second = crew("core.tick"), crew("core.tick")
    until(lambda: len(effects(host)) >= 2)
    for process in (first, second):
        process.kill()
        process.wait()
    before = len(effects(host))
    time.sleep(2.5)
    crew("core.tick")
    until(lambda: len(effects(host)) >= before + 3)
    seconds = [what[:19] for what in effects(host)]
    assert len(set(seconds)) == len(seconds)
    moments = sorted(time.mktime(time.strptime(second, "%Y-%m-%dT%H:%M:%S")) for second in seconds)
    assert moments == [moments[0] + step for step in range(len(moments))]


def test_no_worker_is_noticed(make_host, crew, until):
    host = make_host()

    def alive() -> bool:
        with host.read(system("tests")) as work:
            return live_worker(work.session)

    assert not alive()
    process = crew("core.note", lease_s=0.5)
    until(alive)
    process.kill()
    until(lambda: not alive(), within_s=2)
    with host.read(system("tests")) as work:
        assert last_beat(work.session) is not None


def enqueue_all(host: Host, job: str, count: int, *, pause_s: float = 0.03) -> None:
    with host.write(system("tests")) as work:
        for n in range(count):
            enqueue(work, job, {"what": f"job {n}", "pause_s": pause_s})


def the_job(host: Host) -> StoredJob:
    with host.read(system("tests")) as work:
        return work.session.scalars(select(StoredJob)).one()


def processes(host: Host) -> int:
    with host.read(system("tests")) as work:
        return len(work.session.scalars(select(WorkerProcess.id)).all())
