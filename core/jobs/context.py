"""What a running job holds in its hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any
from uuid import UUID

from core.actor import system
from core.jobs.claims import Claim, hold
from core.work import OURSELVES, UnitOfWork


class Running:
    """The JobContext of one claim. After a take-over it reads, but commits nothing more."""

    def __init__(self, host: Any, claim: Claim, stop: Event) -> None:
        self.host = host
        self._claim = claim
        self._stop = stop
        self._actor = system(claim.job.name)

    @property
    def job_id(self) -> UUID:
        return self._claim.job_id

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    @contextmanager
    def write(self, *, source: str = OURSELVES) -> Iterator[UnitOfWork]:
        """Raise ClaimLost, and roll back, when another worker has taken the job over."""
        with self.host.write(self._actor, source=source) as work:
            yield work
            # At the end and not at the start: a process that hangs in here must not keep the row
            # from those who take over. From this check to the commit the row is ours.
            work.session.flush()
            hold(work.session, self._claim)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        with self.host.read(self._actor) as work:
            yield work
