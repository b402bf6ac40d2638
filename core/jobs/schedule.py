"""Schedules: triggers say when, the database remembers how far they were planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.actor import system
from core.db.moment import database_now
from core.db.upsert import insert_into
from core.jobs.job import CatchUp, Job
from core.jobs.models import Schedule
from core.jobs.queue import enqueue
from core.ticks import is_due, near, rule_of, wanted
from core.work import UnitOfWork


def plan(host: Any) -> float | None:
    """Enqueue what became due of the enabled modules' schedules, each tick once per cluster.

    Answers in how many seconds the next tick is, None when none is near.
    """
    with host.read(system("schedule")) as work:
        jobs = [job for job in work.enabled.jobs.values() if rule_of(job)]
        now = work.session.scalar(select(database_now()))
        known = {row.name: row for row in work.session.scalars(select(Schedule))}
    soon: list[float | None] = []
    for job in jobs:
        schedule = known.get(job.name)
        if (
            schedule is None
            or schedule.rule != rule_of(job)
            or is_due(job, schedule.planned_at, now)
        ):
            with host.write(system("schedule")) as work:
                schedule = _advance(work, job, now)
        soon.append(near(job, schedule.planned_at, now))
    return min((seconds for seconds in soon if seconds is not None), default=None)


def _advance(work: UnitOfWork, job: Job, now: datetime) -> Schedule:
    """Move the schedule on under a lock: who comes second finds it planned already."""
    begun = insert_into(Schedule, work.session).on_conflict_do_nothing()
    work.session.execute(begun.values(name=job.name, rule=rule_of(job), planned_at=now))
    schedule = work.session.get_one(Schedule, job.name, with_for_update=True)
    if schedule.rule != rule_of(job):
        schedule.rule, schedule.planned_at = rule_of(job), now
    due, schedule.planned_at = wanted(job, schedule.planned_at, now)
    for tick in due:
        # A tick that still waits is enough for many, unless each of them counts.
        key = tick.isoformat() if job.catch_up is CatchUp.ALL else "tick"
        args = {"planned_at": tick.isoformat()}
        enqueue(work, job, args, key=key, partition=f"schedule:{job.name}")
    return schedule
