"""Row 27: ten thousand ticks on five nodes by an injected clock; and five real ones with kills."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, literal, select

from core.actor import system
from core.db.types import UtcDateTime
from core.jobs import schedule
from core.jobs.job import CatchUp, Job, JobContext
from core.jobs.models import StoredJob
from core.jobs.schedule import plan

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage

BEGUN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NODES, LATE_S = 5, 10
#: Seconds that pass, by database, and seconds between two ticks: each of ALL's is a row.
SECONDS = {"sqlite": 10_000, "postgresql": 2_000}
EVERY_S = {CatchUp.SKIP: 1, CatchUp.LAST: 1, CatchUp.ALL: 20}
POLICIES = {policy: f"core.{policy.value}" for policy in CatchUp}


@dataclass
class Clock:
    now: datetime = BEGUN

    def database_now(self) -> Any:
        return literal(self.now, UtcDateTime())


def nothing(_context: JobContext, _args: Mapping[str, Any]) -> None:
    """Never run here: what is planned is what counts."""


def expected(policy: CatchUp, before: datetime, now: datetime) -> list[datetime]:
    """What is to be asked for at ``now``, after ``before``."""
    step = timedelta(seconds=EVERY_S[policy])
    due = [BEGUN + n * step for n in range((before - BEGUN) // step + 1, (now - BEGUN) // step + 1)]
    if policy is CatchUp.ALL:
        return due
    in_time = policy is CatchUp.LAST or (bool(due) and now - due[-1] <= timedelta(seconds=LATE_S))
    return due[-1:] if in_time else []


def taken(stage: Stage) -> dict[str, list[datetime]]:
    """What was planned since the last look, by job; it is run at once, so to say."""
    found: dict[str, list[datetime]] = {name: [] for name in POLICIES.values()}
    with stage.host.write(system("tests")) as work:
        for job in work.session.scalars(select(StoredJob).order_by(StoredJob.id)):
            found[job.name].append(datetime.fromisoformat(job.args["planned_at"]))
        work.session.execute(delete(StoredJob))
    return found


def test_fault_27_ten_thousand_ticks_on_five_nodes(
    stage: Stage, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(schedule, "database_now", clock.database_now)
    jobs = tuple(
        Job(name=name, run=nothing, every_s=EVERY_S[policy], catch_up=policy)
        for policy, name in POLICIES.items()
    )
    nodes = [stage.open(jobs=jobs) for _ in range(NODES)]
    for node in nodes:
        plan(node)
    rng = random.Random(27)  # noqa: S311 - the same every time
    while (clock.now - BEGUN).total_seconds() < SECONDS[backend]:
        before = clock.now
        # Mostly somebody is up; now and then nobody is, for longer than a tick stays in time.
        away_s = rng.choice((0.4, 1.7, 5.2, 30.6, 130.3))
        clock.now = before + timedelta(seconds=away_s)
        for node in rng.sample(nodes, rng.randint(2, NODES)):
            plan(node)
        planned = taken(stage)
        for policy, name in POLICIES.items():
            assert planned[name] == expected(policy, before, clock.now), name


@pytest.mark.slow
def test_fault_27_five_processes_with_kills_and_all_down_over_a_tick(stage: Stage) -> None:
    """Ticks are counted where they are planned: what dies in mid-run is rightly run again."""
    rng = random.Random(5)  # noqa: S311 - the same every time
    crew = [stage.start("core.kept_tick", lease_s=0.5, threads=1) for _ in range(NODES)]
    for _ in range(4):
        before = len(stage.jobs())
        stage.until(lambda before=before: len(stage.jobs()) > before + 1)  # type: ignore[misc]  # mypy can not infer it
        crew.pop(rng.randrange(len(crew))).kill()
        crew.append(stage.start("core.kept_tick", lease_s=0.5, threads=1))
    for member in crew:
        member.kill()
    before = len(stage.jobs())
    stage.start("core.kept_tick", lease_s=0.5, threads=1)
    stage.until(lambda: len(stage.jobs()) > before + 2 and stage.states().get("done", 0) > before)
    planned = sorted(datetime.fromisoformat(job.args["planned_at"]) for job in stage.jobs())
    step = timedelta(seconds=0.5)
    assert planned == [planned[0] + number * step for number in range(len(planned))]
