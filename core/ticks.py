"""When a recurring job is due: APScheduler's triggers, asked for a stretch of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Protocol

import structlog
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from core.jobs.job import CatchUp, Job

log = structlog.get_logger(__name__)

#: How far back to look for the last tick, so that a year's absence costs no year's counting.
_LOOK_BACK = tuple(timedelta(minutes=minutes) for minutes in (1, 60, 1440, 46_080))
#: A tick that is later than this had nobody up for it.
_LATE = timedelta(seconds=10)
#: Ticks that ``CatchUp.ALL`` makes up for in one transaction.
_AT_ONCE = 500
#: Ticks further away than this are not near.
_NEAR = timedelta(seconds=5)
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Trigger(Protocol):
    """The one method of APScheduler's triggers that is used; it has no types of its own."""

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None: ...


@lru_cache
def every(seconds: float) -> Trigger:
    trigger: Trigger = IntervalTrigger(seconds=seconds, timezone=UTC)
    return trigger


@lru_cache
def by_cron(line: str) -> Trigger | None:
    """``line`` has five fields, in UTC. None, and a line in the log, when it says nothing sensible.

    APScheduler counts weekdays from Monday, cron from Sunday: names mean the same to both.
    """
    try:
        *fields, weekday = line.split()
        named = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda day: _WEEKDAYS[int(day[0])], weekday)
        trigger: Trigger = CronTrigger.from_crontab(" ".join([*fields, named]), timezone=UTC)
    except ValueError as error:
        log.error("schedule.unreadable", cron=line, reason=str(error))  # noqa: TRY400 - no trace
        return None
    return trigger


def ticks(trigger: Trigger | None, after: datetime, until: datetime) -> Iterator[datetime]:
    """Each tick later than ``after``, up to ``until``."""
    tick = after
    while trigger and (later := trigger.get_next_fire_time(tick, tick)) and later <= until:
        yield (tick := later)


def last_tick(trigger: Trigger | None, after: datetime, until: datetime) -> datetime | None:
    for back in (*_LOOK_BACK, until - after):
        last = None
        for last in ticks(trigger, max(after, until - back), until):  # noqa: B007 - the last one
            pass
        if last is not None or until - back <= after:
            return last
    return None


def rule_of(job: Job) -> str:
    """Says by what it is scheduled; '' for a job that is not."""
    return job.cron or (f"every {job.every_s} s" if job.every_s else "")


def is_due(job: Job, planned_at: datetime, now: datetime) -> bool:
    return any(ticks(_trigger(job), planned_at, now))


def wanted(job: Job, planned_at: datetime, now: datetime) -> tuple[list[datetime], datetime]:
    """The ticks ``job`` is to be run for, and how far it is planned then."""
    if job.catch_up is CatchUp.ALL:
        due = list(islice(ticks(_trigger(job), planned_at, now), _AT_ONCE))
        return due, max(due, default=planned_at)
    last = _last(job, planned_at, now)
    if last is None:
        return [], planned_at
    in_time = job.catch_up is CatchUp.LAST or now - last <= _LATE
    return [last] if in_time else [], last


def near(job: Job, planned_at: datetime, now: datetime) -> float | None:
    """Seconds until the next tick, if it is near."""
    last = _last(job, planned_at, now) or planned_at
    tick = next(ticks(_trigger(job), last, now + _NEAR), None)
    return None if tick is None else (tick - now).total_seconds()


def _last(job: Job, planned_at: datetime, now: datetime) -> datetime | None:
    """The last tick up to now; those of an interval stay in step, however long nobody was up."""
    if job.cron or not job.every_s:
        return last_tick(_trigger(job), planned_at, now)
    step = timedelta(seconds=job.every_s)
    passed = (now - planned_at) // step
    return planned_at + passed * step if passed > 0 else None


def _trigger(job: Job) -> Trigger | None:
    if job.cron:
        return by_cron(job.cron)
    return every(job.every_s) if job.every_s else None
