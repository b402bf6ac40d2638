"""The queue's tables. A row that waits or runs is work; the others are history."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, String, TextClause, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Base, Record


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    #: Tried too often: a person must look.
    STOPPED = "stopped"


#: One job of a name and key waits at a time; one job of a partition runs at a time. The database
#: itself holds to both, whatever the workers do.
WAITS_WITH_KEY = text("state = 'waiting' AND key IS NOT NULL")
_RUNS_IN_PARTITION = text("state = 'running' AND partition IS NOT NULL")
_WAITS_IN_PARTITION = text("state = 'waiting' AND partition IS NOT NULL")
_WAITS, _RUNS = text("state = 'waiting'"), text("state = 'running'")


def _partial(name: str, *columns: str, where: TextClause) -> Index:
    unique = name.startswith("uq")
    return Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where)


class StoredJob(Record):
    """A job nobody knows (its module is disabled or gone) just waits: no worker claims it."""

    __tablename__ = "core_job"
    __table_args__ = (
        _partial("uq_core_job_name_key_waiting", "name", "key", where=WAITS_WITH_KEY),
        _partial("uq_core_job_partition_running", "partition", where=_RUNS_IN_PARTITION),
        _partial("ix_core_job_partition_waiting", "partition", "id", where=_WAITS_IN_PARTITION),
        _partial("ix_core_job_run_at_waiting", "run_at", "id", where=_WAITS),
        _partial("ix_core_job_process_id_running", "process_id", where=_RUNS),
        Index("ix_core_job_state_ended_at", "state", "ended_at"),
    )

    name: Mapped[str] = mapped_column(String(120))
    args: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(String(200))
    partition: Mapped[str | None] = mapped_column(String(200))
    lane: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default=JobState.WAITING)
    #: Not before this moment, by the database's clock.
    run_at: Mapped[datetime]
    #: Claims that counted: the running one included, those the database was too busy for not.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Who runs it, and the how manieth claim that is: a claim is held while both are the same.
    process_id: Mapped[UUID | None]
    fence: Mapped[int] = mapped_column(default=0)
    #: The latest failures, oldest first: ``{"at": ..., "error": ...}``.
    errors: Mapped[list[Any]] = mapped_column(default=list)
    #: Why it stopped, or why it ended without being run.
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


def is_in(job: type[StoredJob], state: JobState) -> ColumnElement[bool]:
    """``state`` as a constant: partial indexes serve no parameters."""
    return job.state == literal_column(f"'{state}'")


class WorkerProcess(Record):
    """A worker that lives: it has until ``expires_at`` to beat again, by the database's clock."""

    __tablename__ = "core_process"

    host: Mapped[str]
    pid: Mapped[int]
    #: Those it serves; none means all.
    queues: Mapped[list[Any]] = mapped_column(default=list)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    beat_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Schedule(Base):
    """How far a job's schedule was planned: each tick moves it on once, whoever sees it first."""

    __tablename__ = "core_schedule"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: The cron line or interval it was planned by; another one starts anew.
    rule: Mapped[str]
    planned_at: Mapped[datetime]
