"""PostgreSQL tells of work; without it, or when the ear is deaf, workers look by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from core.actor import system
from core.db import listener
from core.errors import NotFound
from core.jobs import worker as engine
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.workers import check_queues, unserved

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage

FOR_EVER_S = 3600.0
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
)


def nothing(_context: JobContext, _args: Mapping[str, Any]) -> None:
    """Run well."""


JOB = Job(name="core.job", run=nothing)
MAIL = Job(name="core.mail", run=nothing, queue="mail")


def put(stage: Stage, job: Job, **options: Any) -> None:
    with stage.host.write(system("tests")) as work:
        enqueue(work, job, options.pop("args", None), **options)


@pytest.mark.postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_idle_worker_is_told_of_work(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself it would look again in an hour."""
    monkeypatch.setattr(engine, "_HEARING_LOOK_S", FOR_EVER_S)
    with stage.working(stage.open(jobs=(JOB,)), lease_s=4 * FOR_EVER_S) as worker:
        stage.until(lambda: worker._listener.hears)
        for number in range(1, 4):
            put(stage, JOB)
            stage.until(lambda number=number: stage.states() == {"done": number})  # type: ignore[misc]  # mypy can not infer it


@pytest.mark.postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_worker_whose_ear_is_cut_off_looks_by_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_AGAIN_S", FOR_EVER_S)
    with stage.working(stage.open(jobs=(JOB,))) as worker:
        stage.until(lambda: worker._listener.hears)
        with stage.host.write(system("tests")) as work:
            cut = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
            work.session.execute(text(cut + " AND datname = current_database()"))
        stage.until(lambda: not worker._listener.hears)
        put(stage, JOB)
        stage.until(lambda: stage.states() == {"done": 1})
        assert not worker._listener.hears


@pytest.mark.postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_ear_that_was_cut_off_hears_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_AGAIN_S", 0.05)
    with stage.working(stage.open(jobs=(JOB,))) as worker:
        stage.until(lambda: worker._listener.hears)
        with stage.host.write(system("tests")) as work:
            work.session.execute(text(CUT))
        stage.until(lambda: not worker._listener.hears)
        stage.until(lambda: worker._listener.hears)


def test_a_worker_of_some_queues_leaves_the_others_and_that_is_said(stage: Stage) -> None:
    host = stage.open(jobs=(JOB, MAIL))
    put(stage, JOB)
    put(stage, MAIL)
    with stage.working(host, queues=("mail",)):
        stage.until(lambda: stage.states() == {"waiting": 1, "done": 1})
        assert {job.name for job in stage.jobs() if job.state == "waiting"} == {"core.job"}
        with host.read(system("tests")) as work:
            assert unserved(work.session, work.enabled.jobs.values()) == ["default"]
        with stage.working(stage.open(jobs=(JOB, MAIL))):
            stage.until(lambda: stage.states() == {"done": 2})
            with host.read(system("tests")) as work:
                assert unserved(work.session, work.enabled.jobs.values()) == []


def test_a_queue_nobody_has_is_refused() -> None:
    check_queues((JOB, MAIL), ("mail",))
    with pytest.raises(NotFound, match=r"There is no queue post\. There are: default, mail\."):
        check_queues((JOB, MAIL), ("mail", "post"))


def test_those_whose_erp_hangs_leave_threads_to_the_others(stage: Stage) -> None:
    """Two connections with much to do that all hangs, three threads: the third is served."""
    release = Event()
    served: list[str] = []

    def call(_context: JobContext, args: Mapping[str, Any]) -> None:
        if args["connection"] != "healthy":
            release.wait(30)
        served.append(args["connection"])

    push = Job(name="core.push", run=call, lane="connection")
    host = stage.open(jobs=(push,))
    with host.write(system("tests")) as work:
        for number in range(6):
            enqueue(work, push, {"connection": f"hangs {number % 2}"})
        enqueue(work, push, {"connection": "healthy"})
    with stage.working(host, threads=3):
        stage.until(lambda: served == ["healthy"])
        release.set()
        stage.until(lambda: stage.states() == {"done": 7})
