"""Asking for a sweep: what the ERP lists is compared with what we know, soon and step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from core.clock import utcnow
from core.jobs.queue import enqueue
from core.sync.models import Connection, ConnectionState, Cursor, CursorMode, SweepStep
from core.sync.pull.cursors import Cursors
from core.work import UnitOfWork

#: The job of ``sweep.py``.
SWEEP = "core.sync.sweep"
#: A sweep that failed is taken up again after this.
_PAUSE = timedelta(minutes=5)


def ask_sweep(
    work: UnitOfWork,
    connection_id: UUID,
    kinds: Iterable[str] | None = None,
    *,
    reason: str,
    afresh: bool = False,
) -> None:
    """Sweep these kinds (all where None). One under way goes on, or is begun again: ``afresh``."""
    received = [receives.kind for receives in work.enabled.inbound]
    for kind in received if kinds is None else kinds:
        cursor = Cursors(connection_id, kind).of(work, "", CursorMode.SWEEP)
        if cursor.step is None:
            cursor.round += 1
            cursor.written = cursor.unchanged = 0
        if cursor.step is None or afresh:
            cursor.step, cursor.place = SweepStep.LIST, ""
            cursor.began_at, cursor.reason = utcnow(), reason
            cursor.error, cursor.error_at = "", None
        wake_sweep(work, connection_id, kind)


def ask_all_sweeps(work: UnitOfWork, *, reason: str) -> None:
    """Of every connection that is at work."""
    live = select(Connection.id).where(Connection.state == ConnectionState.LIVE)
    for connection_id in work.session.scalars(live.order_by(Connection.id)).all():
        ask_sweep(work, connection_id, reason=reason)


def wake_sweep(work: UnitOfWork, connection_id: UUID, kind: str, *, after_s: float = 0) -> None:
    """Have its next slice follow this transaction; one connection is swept one kind at a time."""
    args = {"connection": str(connection_id), "kind": kind}
    route = f"{SWEEP}:{connection_id}"
    at = utcnow() + timedelta(seconds=after_s) if after_s else None
    enqueue(work, SWEEP, args, key=f"{route}:{kind}", partition=route, run_at=at)


def wake_unfinished_sweeps(work: UnitOfWork) -> None:
    """Those a dead process left behind, and those whose ERP was away a while ago."""
    rested = or_(Cursor.error_at.is_(None), Cursor.error_at < utcnow() - _PAUSE)
    unfinished = (
        select(Cursor.connection_id, Cursor.kind)
        .join(Connection, Connection.id == Cursor.connection_id)
        .where(Cursor.mode == CursorMode.SWEEP, Cursor.step.is_not(None), rested)
        .where(Connection.state == ConnectionState.LIVE)
        .order_by(Cursor.connection_id, Cursor.kind)
    )
    for connection_id, kind in work.session.execute(unfinished).all():
        wake_sweep(work, connection_id, kind)
