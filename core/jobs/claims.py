"""Claims: who runs a job, for how long that holds, and what becomes of the job at its end.

A claim is held while the row says ``running`` with the claim's process and fencing number. Whoever
takes it over changes the row, so everything a former holder still tries to commit is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from core.back_off import back_off_s
from core.clock import utcnow
from core.db.moment import database_now
from core.db.notice import JOBS, announce
from core.errors import RuleBroken
from core.jobs.job import Job
from core.jobs.models import JobState, StoredJob, WorkerProcess, is_in
from core.jobs.queue import make_wait

#: Failures a job remembers, and how much of each.
_ERRORS, _ERROR_LENGTH = 10, 500
#: Rows a survivor takes over in one transaction.
_BATCH = 100
_DIED = "The worker that ran it died, or was away for too long."


class ClaimLost(RuleBroken):
    """Another worker has taken over: what this one does for the job is not committed any more."""

    code = "jobs.claim_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    job_id: UUID
    job: Job
    args: Mapping[str, Any]
    process_id: UUID
    fence: int
    lane: str | None = None

    @property
    def held(self) -> ColumnElement[bool]:
        return and_(
            StoredJob.id == self.job_id,
            StoredJob.fence == self.fence,
            StoredJob.process_id == self.process_id,
            is_in(StoredJob, JobState.RUNNING),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worker would take: jobs of its queues, by name, unless their lane is busy there.

    ``known`` are those that run anywhere; others are left alone and hold up nobody.
    """

    served: frozenset[str]
    known: frozenset[str]
    busy_lanes: Sequence[str] = ()


@lru_cache(maxsize=8)  # building it costs several times what the database needs for it
def _due_job(served: frozenset[str], known: frozenset[str]) -> Select[UUID]:
    """The id of the job that has been due for longest and has its partition to itself."""
    other = aliased(StoredJob)
    beside = and_(other.partition == StoredJob.partition, other.partition.is_not(None))
    runs = exists().where(beside, is_in(other, JobState.RUNNING))
    before = and_(other.id < StoredJob.id, other.name.in_(known))
    earlier = exists().where(beside, is_in(other, JobState.WAITING), before)
    busy = StoredJob.lane.in_(bindparam("busy_lanes", expanding=True))
    return (
        select(StoredJob.id)
        .where(
            is_in(StoredJob, JobState.WAITING),
            StoredJob.run_at <= database_now(),
            StoredJob.name.in_(served),
            or_(StoredJob.partition.is_(None), and_(~runs, ~earlier)),
            or_(StoredJob.lane.is_(None), ~busy),
        )
        .order_by(StoredJob.run_at, StoredJob.id)
        .limit(1)
    )


def is_due(session: Session, wanted: Wanted) -> bool:
    due = _due_job(wanted.served, wanted.known)
    return session.scalar(due, {"busy_lanes": wanted.busy_lanes}) is not None


def due_in_s(session: Session, wanted: Wanted) -> float | None:
    """Seconds until the next wanted job is due that is not yet; None when there is none."""
    later = and_(StoredJob.run_at > database_now(), StoredJob.name.in_(wanted.served))
    waits = select(StoredJob.run_at, database_now()).where(is_in(StoredJob, JobState.WAITING))
    row = session.execute(waits.where(later).order_by(StoredJob.run_at).limit(1)).one_or_none()
    return None if row is None else max((row[0] - row[1]).total_seconds(), 0.001)


def claim_next(
    session: Session, jobs: Mapping[str, Job], wanted: Wanted, process_id: UUID
) -> Claim | None:
    """Claim the job that has been due for longest. None when there is none.

    PostgreSQL steps over rows that others are just claiming; SQLite has one writer. Raises
    IntegrityError when another worker started the partition in the same moment.
    """
    given = {"claimer": process_id, "busy_lanes": wanted.busy_lanes}
    row = session.execute(_claim(wanted.served, wanted.known), given).one_or_none()
    if row is None:
        return None
    key, name, args, fence, lane = row
    job = jobs[name]
    return Claim(job_id=key, job=job, args=args, process_id=process_id, fence=fence, lane=lane)


@lru_cache(maxsize=8)
def _claim(served: frozenset[str], known: frozenset[str]) -> ReturningUpdate[Any]:
    chosen = _due_job(served, known).with_for_update(skip_locked=True).scalar_subquery()
    return (
        update(StoredJob)
        .where(StoredJob.id == chosen)
        .values(
            state=JobState.RUNNING,
            process_id=bindparam("claimer"),
            fence=StoredJob.fence + 1,
            attempts=StoredJob.attempts + 1,
            started_at=database_now(),
        )
        .returning(StoredJob.id, StoredJob.name, StoredJob.args, StoredJob.fence, StoredJob.lane)
        .execution_options(synchronize_session=False)
    )


def hold(session: Session, claim: Claim) -> None:
    """Keep others from taking over until this transaction ends. Raise ClaimLost if they have."""
    if _locked(session, claim) is None:
        raise ClaimLost(f"{claim.job.name} was taken over by another worker.")


def finish(session: Session, claim: Claim) -> None:
    if not claim.job.keep_done:
        session.execute(delete(StoredJob).where(claim.held))
        return
    values = {"state": JobState.DONE, "process_id": None, "ended_at": utcnow()}
    session.execute(update(StoredJob).where(claim.held).values(values))


def fail(session: Session, claim: Claim, error: str) -> None:
    """Count the failure: back into the queue after a while, or stopped when it was the last try."""
    if (job := _locked(session, claim)) is not None:
        _retry_or_stop(session, job, error, of=claim.job)


def put_back(session: Session, claim: Claim, *, after_s: float) -> None:
    """It could not even try: soon again, and this claim does not count."""
    if (job := _locked(session, claim)) is not None:
        job.attempts -= 1
        make_wait(session, job, after_s=after_s)


def take_over(
    session: Session, jobs: Mapping[str, Job], process_id: UUID, in_hand: Iterable[UUID]
) -> int:
    """Free what runs under a process that is gone; how many jobs that were.

    Also what the database says this process runs while it has not ``in_hand``: the answer to its
    claim was lost. Call again until nothing is left.
    """
    fresh = exists().where(
        WorkerProcess.id == StoredJob.process_id, WorkerProcess.expires_at > database_now()
    )
    mine = StoredJob.process_id == process_id
    lost = or_(and_(~mine, ~fresh), and_(mine, StoredJob.id.not_in(list(in_hand))))
    rows = session.scalars(
        select(StoredJob)
        .where(is_in(StoredJob, JobState.RUNNING), lost)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        _retry_or_stop(session, row, _DIED, of=jobs.get(row.name))
        announce(session, JOBS)
    _forget_the_dead(session, process_id)
    return len(rows)


def _forget_the_dead(session: Session, process_id: UUID) -> None:
    session.flush()
    runs = exists().where(
        StoredJob.process_id == WorkerProcess.id, is_in(StoredJob, JobState.RUNNING)
    )
    dead = WorkerProcess.expires_at <= database_now()
    session.execute(delete(WorkerProcess).where(dead, WorkerProcess.id != process_id, ~runs))


def _locked(session: Session, claim: Claim) -> StoredJob | None:
    return session.scalar(select(StoredJob).where(claim.held).with_for_update())


def _retry_or_stop(session: Session, job: StoredJob, error: str, *, of: Job | None) -> None:
    failure = {"at": utcnow().isoformat(), "error": error[:_ERROR_LENGTH]}
    job.errors = [*job.errors, failure][-_ERRORS:]
    if of is None or job.attempts < of.max_attempts:
        longest_s = 0 if of is None or error is _DIED else of.longest_wait_s
        make_wait(session, job, after_s=back_off_s(job.attempts, longest_s=longest_s))
        return
    job.state, job.process_id = JobState.STOPPED, None
    job.reason, job.ended_at = failure["error"], utcnow()
