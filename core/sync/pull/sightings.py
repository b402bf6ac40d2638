"""What was read already in the part of a stream that the next reading looks back to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from core.db.among import among
from core.db.bulk import Upsert
from core.sync.models import Sighting
from core.sync.values import Position, Seen
from core.work import UnitOfWork

_NOTES = Upsert(Sighting.__table__, key=("cursor_id", "external_id"))  # type: ignore[arg-type]  # a mapped class's table is a Table


@dataclass(frozen=True, slots=True)
class Memory:
    """As a reading begins: nothing is remembered that is newer than ``until``."""

    cursor_id: UUID
    until: datetime | None

    def may_know(self, items: Iterable[Seen[Any]]) -> list[str]:
        """Ids that are worth a look. What this reading itself brought is not among them."""
        until = self.until
        return [one.ref.id for one in items if until and one.stamp and one.stamp <= until]


def memory_of(work: UnitOfWork, cursor_id: UUID) -> Memory:
    newest = select(func.max(Sighting.stamp)).where(Sighting.cursor_id == cursor_id)
    return Memory(cursor_id, work.session.scalar(newest))


def sighted(work: UnitOfWork, cursor_id: UUID, external_ids: Sequence[str]) -> dict[str, datetime]:
    """The stamps these records were last read with, of those that are remembered."""
    if not external_ids:
        return {}
    rows = work.session.execute(
        select(Sighting.external_id, Sighting.stamp).where(
            Sighting.cursor_id == cursor_id,
            among(work.session, Sighting.external_id, external_ids),
        )
    )
    return dict(rows.all())


def note_sightings(work: UnitOfWork, cursor_id: UUID, stamps: Mapping[str, datetime]) -> None:
    rows = [{"external_id": key, "stamp": stamp} for key, stamp in stamps.items()]
    _NOTES.run(work.session, rows, same={"cursor_id": cursor_id})


def forget_sightings(work: UnitOfWork, cursor_id: UUID, start: Position) -> int:
    """Forget what no reading from ``start`` meets any more; answers how many are left."""
    older: tuple[ColumnElement[bool], ...] = ()
    if start.stamp is not None:
        # Of a place inside a stamp its stamp is done with, but for what is read once more.
        is_older = Sighting.stamp <= start.stamp if start.id else Sighting.stamp < start.stamp
        older = (is_older,)
    work.session.execute(delete(Sighting).where(Sighting.cursor_id == cursor_id, *older))
    left = select(func.count()).where(Sighting.cursor_id == cursor_id)
    return work.session.scalar(left) or 0
