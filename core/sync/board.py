"""The sync page's facts: per connection what is on its way, how old what we know is, last runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from core.clock import utcnow
from core.companies import visible
from core.sync.attention import Stage, stage_counts
from core.sync.models import (
    Attempt,
    AttemptItem,
    AttemptOutcome,
    Connection,
    Cursor,
    CursorMode,
)
from core.sync.overview import Health, overview
from core.work import UnitOfWork

#: The furthest a run is looked for: on a quiet day there is none to show.
_RECENT = timedelta(days=7)
#: Requests of one run lie this close together, or they are not worth adding up.
_RUN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """All streams of one kind. ``reached_at`` is when the end of each was last reached."""

    kind: str
    reached_at: datetime | None
    written: int
    unchanged: int
    error: str

    @property
    def lag_s(self) -> float | None:
        """None while the end was never reached: the first load is still under way."""
        if self.reached_at is None:
            return None
        return max((utcnow() - self.reached_at).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRun:
    """The latest run that wrote something over there."""

    kind: str
    at: datetime
    done: int
    failed: int
    #: Under way, or left without an answer.
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    health: Health
    stages: dict[Stage, int]
    feeds: Sequence[Feed]
    pushed: PushRun | None

    @property
    def connection(self) -> Connection | None:
        return self.health.connection

    @property
    def written(self) -> int:
        return sum(feed.written for feed in self.feeds)

    @property
    def unchanged(self) -> int:
        return sum(feed.unchanged for feed in self.feeds)

    @property
    def failed(self) -> int:
        return sum(1 for feed in self.feeds if feed.error)

    @property
    def read_at(self) -> datetime | None:
        return max((feed.reached_at for feed in self.feeds if feed.reached_at), default=None)


def cards(work: UnitOfWork) -> list[Card]:
    """One per connection, and one for what waits without; a fixed number of queries."""
    counts, feeds, runs = stage_counts(work), _feeds(work), _runs(work)
    return [_card(health, counts, feeds, runs) for health in overview(work)]


def _card(
    health: Health,
    counts: dict[tuple[UUID | None, Stage], int],
    feeds: dict[UUID, list[Feed]],
    runs: dict[UUID, PushRun],
) -> Card:
    key = health.connection.id if health.connection else None
    return Card(
        health=health,
        stages={stage: counts.get((key, stage), 0) for stage in Stage},
        feeds=feeds.get(key, []) if key else [],
        pushed=runs.get(key) if key else None,
    )


def _feeds(work: UnitOfWork) -> dict[UUID, list[Feed]]:
    """In the order they were first read, which is the order they depend on each other."""
    # Not the whole cursor: what it remembers of the overlap may be long.
    columns = (Cursor.kind, Cursor.polled_at, Cursor.written, Cursor.unchanged, Cursor.error)
    statement = (
        select(Connection.id, *columns)
        .join(Cursor, Cursor.connection_id == Connection.id)
        .where(Cursor.mode == CursorMode.INCREMENTAL)
        .order_by(Cursor.id)
    )
    streams: dict[UUID, dict[str, list[Row[*tuple[Any, ...]]]]] = {}
    for row in work.session.execute(visible(work, statement)):
        streams.setdefault(row.id, {}).setdefault(row.kind, []).append(row)
    return {
        connection_id: [_feed(kind, rows) for kind, rows in kinds.items()]
        for connection_id, kinds in streams.items()
    }


def _feed(kind: str, streams: Sequence[Row[*tuple[Any, ...]]]) -> Feed:
    reached = [stream.polled_at for stream in streams if stream.polled_at is not None]
    return Feed(
        kind=kind,
        reached_at=min(reached) if len(reached) == len(streams) else None,
        written=sum(stream.written for stream in streams),
        unchanged=sum(stream.unchanged for stream in streams),
        error=next((stream.error for stream in streams if stream.error), ""),
    )


def _runs(work: UnitOfWork) -> dict[UUID, PushRun]:
    latest = (
        select(Attempt.id)
        .where(Attempt.connection_id == Connection.id, Attempt.started_at > utcnow() - _RECENT)
        .order_by(Attempt.started_at.desc())
        .limit(1)
        .correlate(Connection)
        .scalar_subquery()
    )
    statement = visible(work, select(Connection.id, Attempt).join(Attempt, Attempt.id == latest))
    last: dict[UUID, Attempt] = {row[0]: row[1] for row in work.session.execute(statement)}
    outcomes = _outcomes(work, last.values())
    return {key: _run(attempt, outcomes) for key, attempt in last.items()}


def _outcomes(
    work: UnitOfWork, attempts: Iterable[Attempt]
) -> dict[tuple[UUID, AttemptOutcome], int]:
    """Records by run and what became of them: each record once, by its last attempt in the run."""
    found = list(attempts)
    since = min((attempt.started_at for attempt in found), default=utcnow()) - _RUN
    newest_first = func.row_number().over(
        partition_by=(Attempt.run_id, AttemptItem.outbox_id), order_by=Attempt.started_at.desc()
    )
    tries = (
        select(Attempt.run_id, AttemptItem.outcome, newest_first.label("place"))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.run_id.in_([one.run_id for one in found]), Attempt.started_at >= since)
        .subquery()
        .c
    )
    rows = work.session.execute(
        select(tries.run_id, tries.outcome, func.count())
        .where(tries.place == 1)
        .group_by(tries.run_id, tries.outcome)
    )
    return {(run_id, outcome): count for run_id, outcome, count in rows}


def _run(attempt: Attempt, outcomes: dict[tuple[UUID, AttemptOutcome], int]) -> PushRun:
    def count(*wanted: AttemptOutcome) -> int:
        return sum(outcomes.get((attempt.run_id, outcome), 0) for outcome in wanted)

    return PushRun(
        kind=attempt.kind,
        at=attempt.started_at,
        done=count(AttemptOutcome.DONE, AttemptOutcome.RESOLVED),
        failed=count(AttemptOutcome.REFUSED, AttemptOutcome.UNSENT),
        unsure=count(AttemptOutcome.OPEN, AttemptOutcome.IN_DOUBT),
    )
