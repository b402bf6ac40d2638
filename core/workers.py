"""Who is at work: each worker's place among the living, and what nobody alive would do."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from core.db.database import Database
from core.db.moment import database_now
from core.errors import NotFound
from core.ids import new_id
from core.jobs.job import Job
from core.jobs.models import JobState, StoredJob, WorkerProcess, is_in
from core.signs import Signs


class Process:
    """Beats for as long as it lives. One that was declared dead comes back under another id."""

    def __init__(
        self,
        database: Database,
        *,
        lease_s: float,
        queues: Sequence[str] = (),
        signs: Signs | None = None,
    ) -> None:
        self._database = database
        self._signs = signs
        self._own: dict[str, Any] = {
            "host": platform.node(),
            "pid": os.getpid(),
            "queues": list(queues),
        }
        self._lease_s = lease_s
        self._beaten_at = float("-inf")
        self.id: UUID = new_id()

    @property
    def beats(self) -> bool:
        """False: the others may have given it up, so it takes no more work."""
        return time.monotonic() - self._beaten_at < self._lease_s

    def beat(self) -> None:
        begun_at = time.monotonic()
        moments = {"beat_at": database_now(), "expires_at": database_now(self._lease_s)}
        with self._database.session(writes=True) as session:
            mine = update(WorkerProcess).where(WorkerProcess.id == self.id)
            known = session.scalar(mine.values(moments).returning(WorkerProcess.id))
            born = known or new_id()
            if known is None:
                if self._signs is not None:
                    self._signs.show(born)
                session.add(WorkerProcess(id=born, **self._own, **moments))
        # What runs under the old id is lost; what is claimed from now on bears the new one.
        self.id, self._beaten_at = born, begun_at

    def leave(self) -> None:
        """Say good-bye: what is still running may be taken over at once."""
        with self._database.session(writes=True) as session:
            bury(session, [self.id])
        if self._signs is not None:
            self._signs.withdraw()


def bury(session: Session, dead: Sequence[UUID]) -> None:
    """Of these it is sure: nobody waits until their lease is over."""
    session.execute(delete(WorkerProcess).where(WorkerProcess.id.in_(dead)))


def live_worker(session: Session) -> bool:
    alive = select(WorkerProcess.id).where(WorkerProcess.expires_at > database_now())
    return session.scalar(alive.limit(1)) is not None


def unserved(session: Session, jobs: Iterable[Job]) -> list[str]:
    """Queues that have work which is due, and no live worker that takes it."""
    alive = select(WorkerProcess.queues).where(WorkerProcess.expires_at > database_now())
    served = session.scalars(alive).all()
    if [] in served:
        return []
    names = {job.name: job.queue for job in jobs if not any(job.queue in one for one in served)}
    due = and_(is_in(StoredJob, JobState.WAITING), StoredJob.run_at <= database_now())
    waiting = select(StoredJob.name).where(due, StoredJob.name.in_(names)).distinct()
    return sorted({names[name] for name in session.scalars(waiting)})


def check_queues(jobs: Iterable[Job], wanted: Sequence[str]) -> None:
    """Raise NotFound for a queue that no job of the enabled modules is in."""
    known = {job.queue for job in jobs}
    if strange := sorted(set(wanted) - known):
        there = ", ".join(sorted(known))
        raise NotFound(f"There is no queue {', '.join(strange)}. There are: {there}.")
