"""A limit of calls per second that all processes keep together.

Who is about to call reserves a few turns at once in the database, in a transaction of its own that
ends before the call, and waits for its turn. Turns not used in their own span are lost: saved up
they would let many processes call at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db.database import Database
from core.db.moment import database_now
from core.db.upsert import insert_into
from core.errors import Busy
from core.sync.errors import Unsent
from core.sync.models import Gate

#: Seconds of turns that one reservation takes: few transactions, and little that is lost.
_SPAN_S = 0.25


@dataclass(slots=True)
class Pace:
    """The turns of one session; used by one thread at a time."""

    database: Database
    connection_id: UUID
    per_second: float
    #: When each reserved turn comes, and when the last is over, by this process's clock.
    _turns: deque[float] = field(default_factory=deque)
    _over: float = 0.0

    def wait(self) -> None:
        """Return when a call may leave. Raises Unsent when the database does not answer."""
        if not self._turns or monotonic() > self._over:
            self._reserve()
        sleep(max(0.0, self._turns.popleft() - monotonic()))

    def _reserve(self) -> None:
        count = max(1, int(self.per_second * _SPAN_S))
        span_s = count / self.per_second
        try:
            with self.database.session(writes=True) as session:
                wait_s = self._taken(session, span_s)
        except Busy as error:
            raise Unsent("No turn could be reserved: the database is busy.") from error
        start = monotonic() + wait_s
        self._turns = deque(start + step / self.per_second for step in range(count))
        self._over = start + span_s

    def _taken(self, session: Session, span_s: float) -> float:
        """Move the end of what is given away by ``span_s``; seconds until what is ours begins."""
        key = Gate.connection_id == self.connection_id
        new = insert_into(Gate, session).values(connection_id=self.connection_id, failures=0)
        session.execute(new.values(probes=0, reason="").on_conflict_do_nothing())
        gate = session.scalars(select(Gate).where(key).with_for_update()).one()
        now = session.execute(select(database_now())).scalar_one()
        start = max(gate.paced_until or now, now)
        gate.paced_until = start + timedelta(seconds=span_s)
        return (start - now).total_seconds()
