"""How far readings, backfills and sweeps of a connection have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.companies import visible
from core.sync.models import Connection, Cursor, CursorMode
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``records`` were written or found as they were; ``ended_at`` None: not once to its end."""

    kind: str
    stream: str
    mode: CursorMode
    is_running: bool
    written: int
    unchanged: int
    began_at: datetime | None
    ended_at: datetime | None
    reason: str
    error: str

    @property
    def records(self) -> int:
        return self.written + self.unchanged


def progress(work: UnitOfWork, connection_id: UUID) -> list[Progress]:
    """A few rows per kind, oldest first."""
    mine = visible(work, select(Connection.id).where(Connection.id == connection_id))
    rows = work.session.scalars(
        select(Cursor).where(Cursor.connection_id.in_(mine)).order_by(Cursor.id)
    )
    return [
        Progress(
            kind=cursor.kind,
            stream=cursor.stream,
            mode=cursor.mode,
            is_running=cursor.began_at is not None,
            written=cursor.written,
            unchanged=cursor.unchanged,
            began_at=cursor.began_at,
            ended_at=cursor.polled_at,
            reason=cursor.reason,
            error=cursor.error,
        )
        for cursor in rows
    ]
