"""Schedules: triggers say when, the database remembers how far they were planned."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from core.actor import system
from core.db.moment import database_now
from core.db.upsert import insert_into
from core.jobs.job import CatchUp, Job
from core.jobs.models import Schedule
from core.jobs.queue import enqueue
from core.ticks import Trigger, by_cron, every, last_tick, ticks
from core.work import UnitOfWork

#: A tick that is later than this had nobody up for it.
_LATE = timedelta(seconds=10)
#: Ticks that ``CatchUp.ALL`` makes up for in one transaction.
_AT_ONCE = 500


def plan(host: Any) -> None:
    """Enqueue what became due of the enabled modules' schedules, each tick once per cluster."""
    with host.read(system("schedule")) as work:
        jobs = [job for job in work.enabled.jobs.values() if _rule(job)]
        now = work.session.scalar(select(database_now()))
        known = {row.name: row for row in work.session.scalars(select(Schedule))}
    for job in jobs:
        schedule = known.get(job.name)
        after = schedule.planned_at if schedule else now
        if _is_new(schedule, job) or any(ticks(_trigger(job), after, now)):
            with host.write(system("schedule")) as work:
                _advance(work, job, now)


def wanted(job: Job, planned_at: datetime, now: datetime) -> tuple[list[datetime], datetime]:
    """The ticks ``job`` is to be run for, and how far it is planned then."""
    if job.catch_up is CatchUp.ALL:
        due = list(islice(ticks(_trigger(job), planned_at, now), _AT_ONCE))
        return due, max(due, default=planned_at)
    last = last_tick(_trigger(job), planned_at, now)
    if last is None:
        return [], planned_at
    in_time = job.catch_up is CatchUp.LAST or now - last <= _LATE
    return [last] if in_time else [], last


def _advance(work: UnitOfWork, job: Job, now: datetime) -> None:
    """Move the schedule on under a lock: who comes second finds it planned already."""
    begun = insert_into(Schedule, work.session).on_conflict_do_nothing()
    work.session.execute(begun.values(name=job.name, rule=_rule(job), planned_at=now))
    schedule = work.session.get_one(Schedule, job.name, with_for_update=True)
    if _is_new(schedule, job):
        schedule.rule, schedule.planned_at = _rule(job), now
    due, schedule.planned_at = wanted(job, schedule.planned_at, now)
    for tick in due:
        # A tick that still waits is enough for many, unless each of them counts.
        key = tick.isoformat() if job.catch_up is CatchUp.ALL else "tick"
        args = {"planned_at": tick.isoformat()}
        enqueue(work, job, args, key=key, partition=f"schedule:{job.name}")


def _trigger(job: Job) -> Trigger | None:
    if job.cron:
        return by_cron(job.cron)
    return every(job.every_s) if job.every_s else None


def _rule(job: Job) -> str:
    return job.cron or (f"every {job.every_s} s" if job.every_s else "")


def _is_new(schedule: Schedule | None, job: Job) -> bool:
    return schedule is None or schedule.rule != _rule(job)
