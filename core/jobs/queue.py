"""Putting jobs into the queue, in the transaction of whoever wants them done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session

from core.clock import utcnow
from core.db.moment import Moment, database_now
from core.db.notice import JOBS, announce
from core.db.upsert import insert_into
from core.errors import NotFound, RuleBroken
from core.ids import new_id
from core.jobs.job import Job
from core.jobs.models import WAITS_WITH_KEY, JobState, StoredJob
from core.work import UnitOfWork

_SUPERSEDED = "Another job with this key was waiting: it does the same."


def enqueue(
    work: UnitOfWork,
    job: Job | str,
    args: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    partition: str | None = None,
    run_at: datetime | Moment | None = None,
) -> UUID | None:
    """Have ``job`` run once this transaction is committed; its id, None if ``key`` waits already.

    ``args`` is JSON: ids, never records. Jobs of one name and ``key`` do the same work, so one of
    them waits at a time; one that runs already does not count, since it may have looked before
    this transaction. Jobs of one ``partition`` run one at a time, in order; one that stopped, or
    that no enabled module knows, steps aside. With a ``key`` enqueue late in the transaction:
    others with that key wait until it ends.
    """
    name = job if isinstance(job, str) else job.name
    job_id, given = new_id(), dict(args or {})
    row = {"id": job_id, "name": name, "args": given, "key": key, "partition": partition}
    row["run_at"] = database_now() if run_at is None else run_at
    row["lane"] = _lane(work.enabled.jobs.get(name), given)
    kept = work.session.scalar(_insert_or_lock(work.session).values(row))
    announce(work.session, JOBS)
    return job_id if kept == job_id else None


def retry(work: UnitOfWork, job_id: UUID) -> None:
    """Let a stopped job try again from the start; its history stays."""
    job = work.session.get(StoredJob, job_id, with_for_update=True)
    if job is None:
        raise NotFound("There is no such job.")
    if job.state != JobState.STOPPED:
        raise RuleBroken("Only a job that stopped can be retried.")
    job.attempts = 0
    make_wait(work.session, job)
    work.session.flush()
    announce(work.session, JOBS)


def make_wait(session: Session, job: StoredJob, *, after_s: float = 0) -> None:
    """Put a locked job back into the queue, or end it when its key waits there already."""
    job.process_id = None
    if job.key is not None and _waits(session, job):
        job.state, job.reason, job.ended_at = JobState.DONE, _SUPERSEDED, utcnow()
    else:
        job.state, job.reason, job.ended_at = JobState.WAITING, None, None
        job.run_at = database_now(after_s)


def _lane(job: Job | None, args: Mapping[str, Any]) -> str | None:
    return f"{job.name}:{args[job.lane]}" if job and job.lane else None


def _waits(session: Session, job: StoredJob) -> bool:
    same = and_(StoredJob.name == job.name, StoredJob.key == job.key)
    waiting = select(StoredJob.id).where(same, StoredJob.state == JobState.WAITING)
    return session.scalar(waiting) is not None


def _insert_or_lock(session: Session) -> Any:
    """Insert, or lock the row that waits with the same key until this transaction ends.

    Without the lock a worker could take that row, not see what this transaction is about to
    commit, and be done: nobody would look again. A back-off under way is left as it is.
    """
    insert = insert_into(StoredJob, session)
    sooner = and_(StoredJob.attempts == 0, insert.excluded.run_at < StoredJob.run_at)
    return insert.on_conflict_do_update(
        index_elements=["name", "key"],
        index_where=WAITS_WITH_KEY,
        set_={"run_at": case((sooner, insert.excluded.run_at), else_=StoredJob.run_at)},
    ).returning(StoredJob.id)
