"""Row 26, as far as it goes before there was a release: jobs of a later version wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.actor import system
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage


def nothing(_context: JobContext, _args: Mapping[str, Any]) -> None:
    """Run well."""


def test_fault_26_an_unknown_job_is_parked_and_not_lost(stage: Stage) -> None:
    old, new = Job(name="core.old", run=nothing), Job(name="core.new", run=nothing)
    with stage.host.write(system("tests")) as work:
        enqueue(work, new)
        enqueue(work, old)
    with stage.working(stage.open(jobs=(old,))):
        stage.until(lambda: stage.states() == {"waiting": 1, "done": 1})
    assert [(job.name, job.attempts) for job in stage.jobs() if job.state == "waiting"] == [
        ("core.new", 0)
    ]
    with stage.working(stage.open(jobs=(old, new))):
        stage.until(lambda: stage.states() == {"done": 2})
