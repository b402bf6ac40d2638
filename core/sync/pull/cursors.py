"""The cursors of a connection: found, made, and locked while a page is stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from core.sync.models import Cursor, CursorMode
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Cursors:
    """Of one kind of one connection."""

    connection_id: UUID
    kind: str

    def of(
        self, work: UnitOfWork, stream: str, mode: CursorMode = CursorMode.INCREMENTAL
    ) -> Cursor:
        """Locked, made where there is none: what follows in this transaction goes with it."""
        wanted = self._all(mode).where(Cursor.stream == stream)
        found = work.session.scalar(_locking(wanted))
        if found is None:
            found = Cursor(connection_id=self.connection_id, kind=self.kind, stream=stream)
            found.mode = mode
            work.session.add(found)
            work.session.flush()
        return found

    def seen(
        self, work: UnitOfWork, stream: str, mode: CursorMode = CursorMode.INCREMENTAL
    ) -> Cursor | None:
        """As it is now, not locked."""
        return work.session.scalar(self._all(mode).where(Cursor.stream == stream))

    def polls(self, work: UnitOfWork) -> int:
        """How many records polls have taken over so far: it grows with every page of them."""
        counted = func.sum(Cursor.written + Cursor.unchanged)
        mine = self._all(CursorMode.INCREMENTAL).with_only_columns(counted)
        return int(work.session.scalar(mine) or 0)

    def hold_polls(self, work: UnitOfWork) -> int:
        """The same, and no poll stores a page before this transaction ends."""
        ordered = self._all(CursorMode.INCREMENTAL).order_by(Cursor.id)
        return sum(one.written + one.unchanged for one in work.session.scalars(_locking(ordered)))

    def _all(self, mode: CursorMode) -> Select[Cursor]:
        return select(Cursor).where(
            Cursor.connection_id == self.connection_id,
            Cursor.kind == self.kind,
            Cursor.mode == mode,
        )


def _locking(statement: Select[Cursor]) -> Select[Cursor]:
    """What another transaction wrote while this one waited for the lock counts."""
    return statement.with_for_update().execution_options(populate_existing=True)
