"""When schedules ask for a run, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from core.actor import system
from core.clock import utcnow
from core.jobs.job import CatchUp, Job, JobContext
from core.jobs.models import Schedule
from core.jobs.schedule import plan
from core.registry.manifest import Module
from core.ticks import wanted

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


def nothing(_context: JobContext, _args: Mapping[str, Any]) -> None:
    """Run well."""


def scheduled(**when: Any) -> Job:
    return Job(name="core.job", run=nothing, **when)


@pytest.mark.parametrize(
    ("catch_up", "asked"),
    [
        (CatchUp.SKIP, []),
        (CatchUp.LAST, [NOON + timedelta(hours=3)]),
        (CatchUp.ALL, [NOON + timedelta(hours=hour) for hour in (1, 2, 3)]),
    ],
)
def test_ticks_nobody_was_up_for(catch_up: CatchUp, asked: list[datetime]) -> None:
    hourly = scheduled(cron="0 * * * *", catch_up=catch_up)
    now = NOON + timedelta(hours=3, minutes=20)
    assert wanted(hourly, NOON, now) == (asked, NOON + timedelta(hours=3))


def test_a_tick_of_this_moment_is_not_skipped() -> None:
    hourly = scheduled(cron="0 * * * *", catch_up=CatchUp.SKIP)
    on_time = NOON + timedelta(hours=1)
    assert wanted(hourly, NOON, on_time + timedelta(seconds=1)) == ([on_time], on_time)


def test_before_its_time_nothing_is_asked_for() -> None:
    daily = scheduled(cron="0 2 * * *")
    assert wanted(daily, NOON, NOON + timedelta(hours=13)) == ([], NOON)


@pytest.mark.parametrize("rule", [{"cron": "* * * * *"}, {"every_s": 0.5}])
def test_a_year_away_costs_no_year_of_counting(rule: dict[str, Any]) -> None:
    (last,), planned = wanted(scheduled(**rule), NOON - timedelta(days=365), NOON)
    assert last == planned
    assert NOON - timedelta(seconds=1) < last <= NOON


def test_seconds_are_kept_in_step() -> None:
    every = scheduled(every_s=2.5, catch_up=CatchUp.ALL)
    asked, planned = wanted(every, NOON, NOON + timedelta(seconds=8))
    assert [(tick - NOON).total_seconds() for tick in asked] == [2.5, 5, 7.5]
    assert planned == asked[-1]


@pytest.mark.parametrize(
    ("weekday", "day"),
    [("0", 22), ("7", 22), ("1", 23), ("6", 21), ("1-5", 23), ("mon", 23)],
)
def test_weekdays_are_those_of_cron(weekday: str, day: int) -> None:
    job = scheduled(cron=f"0 0 * * {weekday}", catch_up=CatchUp.ALL)
    saturday_evening = datetime(2026, 11, 20, 20, tzinfo=UTC)
    asked, _planned = wanted(job, saturday_evening, saturday_evening + timedelta(days=7))
    assert asked[0].day == day


def test_an_unreadable_line_runs_nothing_and_stops_nobody(stage: Stage) -> None:
    other = Job(name="core.other", run=nothing, every_s=1)
    host = stage.open(jobs=(scheduled(cron="61 * * * nonsense"), other))
    plan(host)
    rewind(stage, timedelta(minutes=1))
    plan(host)
    assert [job.name for job in stage.jobs()] == ["core.other"]


def test_hosts_that_race_plan_a_tick_once(stage: Stage) -> None:
    hosts = [stage.open(jobs=(scheduled(every_s=3600),)) for _ in range(4)]
    plan(hosts[0])
    rewind(stage, timedelta(hours=1))
    barrier = Barrier(4)

    def race(host: Any) -> None:
        barrier.wait()
        plan(host)

    threads = [Thread(target=race, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stage.jobs()) == 1


def test_a_tick_that_still_waits_is_enough(stage: Stage) -> None:
    host = stage.open(jobs=(scheduled(every_s=60),))
    for _ in range(4):
        plan(host)
        rewind(stage, timedelta(minutes=5))
    assert len(stage.jobs()) == 1


def test_a_new_schedule_begins_now_and_a_changed_one_anew(stage: Stage) -> None:
    plan(stage.open(jobs=(scheduled(every_s=60),)))
    rewind(stage, timedelta(days=1))
    plan(stage.open(jobs=(scheduled(every_s=120),)))
    assert stage.jobs() == []
    with stage.host.read(system("tests")) as work:
        (schedule,) = work.session.scalars(select(Schedule))
        assert schedule.rule == "every 120 s"
        assert utcnow() - schedule.planned_at < timedelta(seconds=30)


def test_schedules_come_and_go_with_their_module(stage: Stage) -> None:
    expire = Job(name="loyalty.expire", run=nothing, every_s=60)
    host = stage.open(modules=(Module(name="loyalty", title="L", jobs=(expire,)),))
    host.enable("loyalty", system("tests"))
    plan(host)
    rewind(stage, timedelta(minutes=5))
    host.disable("loyalty")
    plan(host)
    assert stage.jobs() == []
    host.enable("loyalty", system("tests"))
    plan(host)
    assert [job.name for job in stage.jobs()] == ["loyalty.expire"]


def rewind(stage: Stage, by: timedelta) -> None:
    """Let that much time have passed since the last tick."""
    with stage.host.write(system("tests")) as work:
        for schedule in work.session.scalars(select(Schedule)):
            moved = {"planned_at": schedule.planned_at - by}
            one = update(Schedule).where(Schedule.name == schedule.name)
            work.session.execute(one.values(moved))
