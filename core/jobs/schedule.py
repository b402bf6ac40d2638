"""Schedules: APScheduler's triggers say when, the database remembers how far they were planned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol

import structlog
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from core.actor import system
from core.db.moment import database_now
from core.jobs.job import CatchUp, Job
from core.jobs.models import Schedule
from core.jobs.queue import enqueue, insert_into
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

#: A tick that is later than this had nobody up for it.
_LATE = timedelta(seconds=10)
#: Ticks that ``CatchUp.ALL`` makes up for in one transaction.
_AT_ONCE = 500
#: How far back to look for the last tick, so that a year's absence costs no year's counting.
_LOOK_BACK = tuple(timedelta(minutes=minutes) for minutes in (1, 60, 1440, 46_080))
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Trigger(Protocol):
    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None: ...


def plan(host: Any) -> None:
    """Enqueue what became due of the enabled modules' schedules, each tick once per cluster."""
    with host.read(system("schedule")) as work:
        jobs = [job for job in work.enabled.jobs.values() if _rule(job)]
        now = work.session.scalar(select(database_now()))
        known = {row.name: row for row in work.session.scalars(select(Schedule))}
    for job in jobs:
        if _is_new(known.get(job.name), job) or _next(job, known[job.name].planned_at, now):
            with host.write(system("schedule")) as work:
                _advance(work, job, now)


def ticks(job: Job, planned_at: datetime, now: datetime) -> tuple[list[datetime], datetime]:
    """What ``job``'s schedule asks for now, and how far that plans it."""
    due = _ticks(trigger_of(job), planned_at, now)
    if job.catch_up is CatchUp.ALL:
        every = list(islice(due, _AT_ONCE))
        return every, max(every, default=planned_at)
    last = _last(trigger_of(job), planned_at, now)
    if last is None:
        return [], planned_at
    wanted = job.catch_up is CatchUp.LAST or now - last <= _LATE
    return [last] if wanted else [], last


def trigger_of(job: Job) -> Trigger | None:
    """None for a job without a schedule, and for one whose cron line says nothing sensible."""
    if job.cron:
        return _cron(job.cron, job.name)
    return _interval(job.every_s) if job.every_s else None


def _advance(work: UnitOfWork, job: Job, now: datetime) -> None:
    """Move the schedule on under a lock: who comes second finds it planned already."""
    work.session.execute(
        insert_into(Schedule, work.session)
        .values(name=job.name, rule=_rule(job), planned_at=now)
        .on_conflict_do_nothing()
    )
    schedule = work.session.get_one(Schedule, job.name, with_for_update=True)
    if _is_new(schedule, job):
        schedule.rule, schedule.planned_at = _rule(job), now
    wanted, schedule.planned_at = ticks(job, schedule.planned_at, now)
    for tick in wanted:
        # A tick that still waits is enough for many, unless each of them counts.
        key = tick.isoformat() if job.catch_up is CatchUp.ALL else "tick"
        args = {"planned_at": tick.isoformat()}
        enqueue(work, job, args, key=key, partition=f"schedule:{job.name}")


def _rule(job: Job) -> str:
    return job.cron or (f"every {job.every_s} s" if job.every_s else "")


def _is_new(schedule: Schedule | None, job: Job) -> bool:
    return schedule is None or schedule.rule != _rule(job)


def _next(job: Job, planned_at: datetime, now: datetime) -> datetime | None:
    return next(_ticks(trigger_of(job), planned_at, now), None)


def _ticks(trigger: Trigger | None, after: datetime, until: datetime) -> Iterator[datetime]:
    tick = after
    while trigger and (later := trigger.get_next_fire_time(tick, tick)) and later <= until:
        yield (tick := later)


def _last(trigger: Trigger | None, after: datetime, until: datetime) -> datetime | None:
    for back in (*_LOOK_BACK, until - after):
        last = None
        for last in _ticks(trigger, max(after, until - back), until):  # noqa: B007 - the last one
            pass
        if last is not None or until - back <= after:
            return last
    return None


@lru_cache
def _interval(every_s: float) -> Trigger:
    trigger: Trigger = IntervalTrigger(seconds=every_s, timezone=UTC)
    return trigger


@lru_cache
def _cron(line: str, name: str) -> Trigger | None:
    """APScheduler counts weekdays from Monday, cron from Sunday: names mean the same to both."""
    try:
        *fields, weekday = line.split()
        named = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda day: _WEEKDAYS[int(day[0])], weekday)
        trigger: Trigger = CronTrigger.from_crontab(" ".join([*fields, named]), timezone=UTC)
    except ValueError:
        log.exception("schedule.unreadable", job=name, cron=line)
        return None
    return trigger
