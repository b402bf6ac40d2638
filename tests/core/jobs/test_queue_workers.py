"""What workers do when answers are lost, neighbours are dead and beats are missed."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import update

from core.actor import system
from core.clock import utcnow
from core.db.moment import database_now
from core.ids import new_id
from core.jobs.models import StoredJob, WorkerProcess
from core.signs import Signs
from tests.core.jobs.test_queue import job, nothing, put

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage


def test_a_claim_whose_answer_was_lost_is_given_back(stage: Stage) -> None:
    """The database says that this worker runs it, and the worker knows nothing of it."""
    host = stage.open(jobs=(job(nothing),))
    with stage.working(host, lease_s=1) as worker:
        time.sleep(0.5)
        put(stage, run_at=utcnow() + timedelta(hours=1))
        with stage.host.write(system("tests")) as work:
            mine = {"state": "running", "process_id": worker._process.id, "fence": 1}
            work.session.execute(update(StoredJob).values(mine))
        stage.until(lambda: stage.states() == {"done": 1}, within_s=5)


def test_what_a_dead_neighbour_had_in_hand_is_taken_over_before_its_lease_is_over(
    stage: Stage, tmp_path: Path
) -> None:
    dead = new_id()
    put(stage)
    with stage.host.write(system("tests")) as work:
        work.session.execute(update(StoredJob).values(state="running", process_id=dead, fence=1))
        for_an_hour = database_now(3600)
        work.session.add(
            WorkerProcess(
                id=dead, host="here", pid=1, beat_at=database_now(), expires_at=for_an_hour
            )
        )
    host = stage.open(jobs=(job(nothing),))
    with stage.working(host, signs=Signs(tmp_path), lease_s=3600) as worker:
        stage.until(lambda: worker._looked_for_dead_at > 0)
        assert stage.states() == {"running": 1}
        (tmp_path / str(dead)).touch()
        stage.until(lambda: stage.states() == {"done": 1})
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_can_not_beat_takes_no_work(stage: Stage) -> None:
    host = stage.open(jobs=(job(nothing),))
    with stage.working(host, lease_s=30) as worker:
        beaten = {float("-inf")}

        def begun() -> bool:
            beaten.add(worker._process._beaten_at)
            return len(beaten) > 2

        stage.until(begun)  # once to be there at all, and once as its thread of beats begins
        worker._process._beaten_at -= 60
        put(stage)
        time.sleep(0.8)
        assert stage.states() == {"waiting": 1}
        worker._process.beat()
        stage.until(lambda: stage.states() == {"done": 1})


def test_ends_of_jobs_that_keep_nothing_leave_nothing(stage: Stage) -> None:
    put(stage)
    with stage.working(stage.open(jobs=(job(nothing, keep_done=False),))):
        stage.until(lambda: stage.jobs() == [])
