"""Whether an ERP may be called now: one place that all processes ask, before every run.

After ``FAILURES`` calls in a row without an answer nothing is called any more; one process at a
time asks whether it answers again (``reopen.py``). A Retry-After holds calls back until then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update

from core.clock import utcnow
from core.db.moment import database_now
from core.db.upsert import insert_into
from core.jobs.queue import enqueue
from core.registry.models import Installation
from core.sync.models import Connection, ConnectionState, Gate
from core.work import UnitOfWork

#: Calls in a row without an answer.
FAILURES = 5
#: Seconds before the first question whether it answers again, doubled each time up to the longest.
FIRST_PROBE_S, LONGEST_PROBE_S = 5.0, 30.0
#: The job of ``reopen.py``.
REOPEN = "core.sync.reopen"


def admitted(work: UnitOfWork, connection_id: UUID, *, writes: bool = False) -> Connection | None:
    """The connection, where its ERP may be called now; None: nothing is called.

    Whoever is about to talk to an ERP asks here first; who ``writes`` is told no in a copy of an
    installation. What is refused waits, and no try counts.
    """
    found = select(Connection).where(
        Connection.id == connection_id, Connection.state == ConnectionState.LIVE, ~_shut()
    )
    if writes:
        found = found.where(exists().where(Installation.pushes, Installation.held == ""))
    return work.session.scalar(found)


def count_failure(work: UnitOfWork, connection_id: UUID, reason: str) -> None:
    """A call went unanswered; with too many in a row the gate opens its circuit."""
    made = insert_into(Gate, work.session).values(
        connection_id=connection_id, failures=1, probes=0, reason=reason
    )
    raised = {"failures": Gate.failures + 1, "reason": reason}
    failures, opened_at = work.session.execute(
        made.on_conflict_do_update(index_elements=["connection_id"], set_=raised).returning(
            Gate.failures, Gate.opened_at
        )
    ).one()
    if failures >= FAILURES and opened_at is None:
        _set(work, connection_id, opened_at=database_now(), probes=0)
        ask_later(work, connection_id, FIRST_PROBE_S)


def count_answer(work: UnitOfWork, connection_id: UUID) -> bool:
    """It answers. True when nothing was called before, and all may be again."""
    was = work.session.execute(
        select(Gate.failures, Gate.opened_at).where(Gate.connection_id == connection_id)
    ).one_or_none()
    if was is None or not was.failures:  # as nearly always
        return False
    _set(work, connection_id, failures=0, opened_at=None, probe_at=None, probes=0)
    return was.opened_at is not None


def hold_back(work: UnitOfWork, connection_id: UUID, until: datetime, reason: str) -> None:
    """The ERP asked to be left alone until then (aware UTC); the later of two wishes holds."""
    # As a span: what is a time on this machine's clock may be another on the database's.
    end = database_now((until - utcnow()).total_seconds())
    made = insert_into(Gate, work.session).values(
        connection_id=connection_id, failures=0, probes=0, blocked_until=end, reason=reason
    )
    later = or_(Gate.blocked_until.is_(None), Gate.blocked_until < end)
    held = {"blocked_until": end, "reason": reason}
    work.session.execute(
        made.on_conflict_do_update(index_elements=["connection_id"], set_=held, where=later)
    )


def ask_later(work: UnitOfWork, connection_id: UUID, after_s: float) -> None:
    """Have one process ask, after so many seconds, whether the ERP answers again."""
    _set(work, connection_id, probe_at=database_now(after_s))
    work.session.flush()
    key = f"{REOPEN}:{connection_id}"
    args = {"connection": str(connection_id)}
    enqueue(work, REOPEN, args, key=key, partition=key, run_at=database_now(after_s))


def gates(work: UnitOfWork, connection_ids: list[UUID]) -> dict[UUID, Gate]:
    """Those that hold something back now, by connection."""
    shut = or_(Gate.opened_at.is_not(None), Gate.blocked_until > database_now())
    found = select(Gate).where(Gate.connection_id.in_(connection_ids), shut)
    return {gate.connection_id: gate for gate in work.session.scalars(found)}


def _shut() -> ColumnElement[bool]:
    held = or_(Gate.opened_at.is_not(None), Gate.blocked_until > database_now())
    return exists().where(Gate.connection_id == Connection.id, held)


def _set(work: UnitOfWork, connection_id: UUID, **values: Any) -> None:
    work.session.execute(
        update(Gate)
        .where(Gate.connection_id == connection_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
