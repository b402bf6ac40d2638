"""What a job may expect of the queue while everybody lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update

from core.actor import system
from core.clock import utcnow
from core.errors import Busy, NotFound, RuleBroken
from core.ids import new_id
from core.jobs.claims import ClaimLost, Wanted, claim_next, fail, take_over
from core.jobs.job import Job, JobContext
from core.jobs.models import StoredJob
from core.jobs.queue import enqueue, retry
from core.registry.manifest import Module

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage


def nothing(_context: JobContext, _args: Mapping[str, Any]) -> None:
    """Run well."""


def job(run: Callable[[JobContext, Mapping[str, Any]], None], **more: Any) -> Job:
    return Job(name="core.job", run=run, **more)


def put(stage: Stage, name: str = "core.job", **more: Any) -> Any:
    with stage.host.write(system("tests")) as work:
        return enqueue(work, name, more.pop("args", {}), **more)


def test_a_job_starts_within_half_a_second_with_its_arguments(stage: Stage) -> None:
    started: list[tuple[float, Any]] = []
    host = stage.open(jobs=(job(lambda _, args: started.append((time.monotonic(), args))),))
    with stage.working(host):
        time.sleep(0.6)  # it idles
        put(stage, args={"order_id": "1"})
        enqueued_at = time.monotonic()
        stage.until(lambda: stage.states() == {"done": 1})
    assert started[0][0] - enqueued_at < 0.5
    assert started[0][1] == {"order_id": "1"}


def test_a_job_is_enqueued_with_its_transaction_or_not_at_all(stage: Stage) -> None:
    def change_one_s_mind() -> None:
        with stage.host.write(system("tests")) as work:
            enqueue(work, "core.job")
            raise RuleBroken("no")

    with pytest.raises(RuleBroken):
        change_one_s_mind()
    assert stage.jobs() == []


def test_a_job_for_later_waits_for_its_time(stage: Stage) -> None:
    put(stage, run_at=utcnow() + timedelta(seconds=1.5))
    with stage.working(stage.open(jobs=(job(nothing),))):
        time.sleep(0.8)
        assert stage.states() == {"waiting": 1}
        stage.until(lambda: stage.states() == {"done": 1})


def test_of_one_key_one_waits(stage: Stage) -> None:
    assert put(stage, key="one") is not None
    assert put(stage, key="one") is None
    assert put(stage, key="two") is not None
    assert put(stage, "core.other", key="one") is not None


def test_one_that_runs_does_not_keep_its_key(stage: Stage) -> None:
    runs, go_on = Event(), Event()

    def wait(_context: JobContext, _args: Mapping[str, Any]) -> None:
        runs.set()
        assert go_on.wait(10)

    put(stage, key="one")
    with stage.working(stage.open(jobs=(job(wait),)), threads=1):
        assert runs.wait(10)
        assert put(stage, key="one") is not None
        go_on.set()
        stage.until(lambda: stage.states() == {"done": 2})


def test_threads_that_race_for_a_key_leave_one_job(stage: Stage) -> None:
    barrier, made = Barrier(6), []

    def race() -> None:
        barrier.wait()
        made.append(put(stage, key="one"))

    threads = [Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([job_id for job_id in made if job_id]) == len(stage.jobs()) == 1


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_no_worker_takes_a_keyed_job_before_all_who_want_it_have_committed(stage: Stage) -> None:
    """Else it would look too early, and nobody would look again."""
    seen: list[int] = []

    def look(context: JobContext, _args: Mapping[str, Any]) -> None:
        with context.read() as work:
            seen.append(work.session.scalar(text("SELECT count(*) FROM effect")) or 0)

    put(stage, key="one")
    with stage.host.write(system("tests")) as work:
        work.session.execute(text("INSERT INTO effect (what) VALUES ('late')"))
        assert enqueue(work, "core.job", key="one") is None
        with stage.working(stage.open(jobs=(job(look),))):
            time.sleep(0.8)
            assert seen == []
            work.session.commit()
            stage.until(lambda: stage.states() == {"done": 1})
    assert seen == [1]


def test_a_poison_job_stops_with_its_reason_and_can_be_retried(stage: Stage) -> None:
    cured = Event()

    def poison(_context: JobContext, args: Mapping[str, Any]) -> None:
        if not cured.is_set():
            raise ValueError(f"no such order {args['order_id']}")

    poisoned = put(stage, args={"order_id": 7})
    well = put(stage, "core.well")
    host = stage.open(jobs=(job(poison, max_attempts=3), Job(name="core.well", run=nothing)))
    with stage.working(host, threads=1):
        for tries in (1, 2, 3):
            stage.until(lambda tries=tries: len(stage.jobs()[0].errors) == tries)  # type: ignore[misc] # mypy can not infer it
            hurry(stage)
        stage.until(lambda: stage.states() == {"stopped": 1, "done": 1})
        (stopped, _well) = stage.jobs()
        assert stopped.reason == "ValueError: no such order 7"
        assert [error["error"] for error in stopped.errors] == [stopped.reason] * 3
        cured.set()
        with stage.host.write(system("tests")) as work:
            retry(work, poisoned)
        stage.until(lambda: stage.states() == {"done": 2})
    with stage.host.write(system("tests")) as work:
        with pytest.raises(RuleBroken):
            retry(work, well)
        with pytest.raises(NotFound):
            retry(work, new_id())


def test_the_history_of_failures_is_bounded(stage: Stage) -> None:
    put(stage)
    failing = job(nothing, max_attempts=12)
    mine = Wanted(frozenset({failing.name}), frozenset({failing.name}))
    for _ in range(12):
        hurry(stage)
        with stage.host.write(system("tests")) as work:
            claim = claim_next(work.session, {failing.name: failing}, mine, new_id())
            assert claim is not None
            fail(work.session, claim, "x" * 10_000)
    (stopped,) = stage.jobs()
    assert stopped.state == "stopped"
    assert len(stopped.errors) == 10
    assert len(str(stopped.errors)) < 10_000


def test_a_busy_database_is_tried_again_without_counting(stage: Stage) -> None:
    tries: list[int] = []

    def busy_once(_context: JobContext, _args: Mapping[str, Any]) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Busy("later")

    put(stage)
    with stage.working(stage.open(jobs=(job(busy_once, max_attempts=1),))):
        stage.until(lambda: stage.states() == {"done": 1})
    assert len(tries) == 2
    assert stage.jobs()[0].attempts == 1


def test_a_failed_job_ends_when_another_of_its_key_waits(stage: Stage) -> None:
    def failing(_context: JobContext, _args: Mapping[str, Any]) -> None:
        put(stage, "core.later", key="one")
        with stage.host.write(system("tests")) as work:
            work.session.execute(update(StoredJob).values(name="core.job"))
        raise ValueError("no")

    first = put(stage, key="one")
    with stage.working(stage.open(jobs=(job(failing),)), threads=1):
        stage.until(lambda: stage.jobs()[0].state == "done")
    assert stage.jobs()[0].id == first
    assert "Another job with this key" in str(stage.jobs()[0].reason)


def test_a_job_nobody_knows_is_parked_and_runs_when_its_module_is_on(stage: Stage) -> None:
    """It holds up nobody of its partition, and no restart is needed."""
    put(stage, "loyalty.expire", partition="one")
    put(stage, partition="one")
    loyalty = Module(name="loyalty", title="L", jobs=(Job(name="loyalty.expire", run=nothing),))
    host = stage.open(jobs=(job(nothing),), modules=(loyalty,))
    with stage.working(host):
        stage.until(lambda: stage.states() == {"waiting": 1, "done": 1})
        time.sleep(0.5)
        assert stage.jobs()[0].state == "waiting"
        host.enable("loyalty", system("tests"))
        stage.until(lambda: stage.states() == {"done": 2})


def test_a_partition_runs_one_at_a_time_beside_others(stage: Stage) -> None:
    running: set[str] = set()
    together: set[str] = set()

    def overlap(_context: JobContext, args: Mapping[str, Any]) -> None:
        assert args["partition"] not in running
        running.add(args["partition"])
        together.update(running)
        time.sleep(0.05)
        running.discard(args["partition"])

    for _ in range(4):
        for partition in "ab":
            put(stage, partition=partition, args={"partition": partition})
    with stage.working(stage.open(jobs=(job(overlap, max_attempts=1),)), threads=4):
        stage.until(lambda: stage.states() == {"done": 8})
    assert together == {"a", "b"}


def test_a_partition_waits_for_the_retry_of_its_first(stage: Stage) -> None:
    order: list[int] = []

    def fail_once(_context: JobContext, args: Mapping[str, Any]) -> None:
        order.append(args["n"])
        if order == [1]:
            raise ValueError("once")

    for n in (1, 2):
        put(stage, partition="one", args={"n": n})
    with stage.working(stage.open(jobs=(job(fail_once),))):
        stage.until(lambda: stage.states() == {"done": 2})
    assert order == [1, 1, 2]


def test_what_was_taken_over_can_not_be_committed_and_is_not_settled(stage: Stage) -> None:
    refused: list[BaseException] = []

    def overtaken(context: JobContext, _args: Mapping[str, Any]) -> None:
        if refused:
            return
        with stage.host.write(system("tests")) as work:
            assert take_over(work.session, {}, new_id(), ()) == 0  # it beats
            work.session.execute(text("DELETE FROM core_process"))
            assert take_over(work.session, {}, new_id(), ()) == 1
        try:
            with context.write() as work:
                work.session.execute(text("INSERT INTO effect (what) VALUES ('zombie')"))
        except ClaimLost as lost:
            refused.append(lost)
            raise

    put(stage)
    with stage.working(stage.open(jobs=(job(overtaken),))):
        stage.until(lambda: stage.states() == {"done": 1})
    assert len(refused) == 1
    assert stage.effects() == []
    assert stage.jobs()[0].fence == 2


def test_a_job_says_how_long_it_waits_at_most_after_whatever_happened_to_it(stage: Stage) -> None:
    runs: list[None] = []

    def fail_once(_context: JobContext, _args: Mapping[str, Any]) -> None:
        runs.append(None)
        if len(runs) == 1:
            raise OSError("the database went away")

    put(stage)
    with stage.host.write(system("tests")) as work:  # its workers were killed again and again
        work.session.execute(update(StoredJob).values(attempts=15))
    failing = job(fail_once, max_attempts=100, longest_wait_s=0.1)
    with stage.working(stage.open(jobs=(failing,))):
        stage.until(lambda: stage.states() == {"done": 1})


def hurry(stage: Stage) -> None:
    """Let nothing wait for its back-off."""
    with stage.host.write(system("tests")) as work:
        soon = update(StoredJob).where(StoredJob.state == "waiting")
        work.session.execute(soon.values(run_at=utcnow() - timedelta(seconds=1)))
