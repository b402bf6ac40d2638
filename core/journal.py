"""History: who said which field was what, and when. Audit, provenance and as-of read it alike.

Written by the session for models that name their fields in ``__journal__``; append only. Mirrors
carry their source and time in the row instead.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

from sqlalchemy import Index, String, event, inspect
from sqlalchemy.orm import InstanceState, Mapped, Session, mapped_column

from core.clock import utcnow
from core.codec import to_plain
from core.db.base import Record
from core.db.types import PLAIN
from core.ids import new_id
from core.work import UnitOfWork


class History(Record):
    __tablename__ = "core_history"
    __table_args__ = (Index("ix_core_history_entity_record_id", "entity", "record_id"),)

    entity: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[UUID]
    field: Mapped[str] = mapped_column(String(64))
    old: Mapped[Any] = mapped_column(PLAIN, nullable=True)
    new: Mapped[Any] = mapped_column(PLAIN, nullable=True)
    #: The system that said so: ``tandem`` or a connection's name.
    source: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str]
    actor_id: Mapped[UUID | None]
    #: When it was so over there, by its own clock if it has one; and when we wrote it down.
    observed_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)


class Journaled(Protocol):
    __tablename__: ClassVar[str]
    __journal__: ClassVar[tuple[str, ...]]
    #: None before the first flush.
    id: UUID | None


def keep_journal(session: Session, work: UnitOfWork) -> None:
    """Write a history row for every journaled field this session changes."""

    def write(session: Session, *_: object) -> None:
        rows = [row for item in _journaled(session) for row in _changes(item, session, work)]
        session.add_all(rows)

    event.listen(session, "before_flush", write)


def note(work: UnitOfWork, entity: str, record_id: UUID, *, field: str, change: Change) -> None:
    """Journal what bulk statements changed behind the session's back."""
    old, new = change
    work.session.add(_row(work, (entity, record_id), field, (old, new)))


Change = tuple[object, object]


def _journaled(session: Session) -> list[Journaled]:
    touched = [*session.new, *session.dirty, *session.deleted]
    return [cast("Journaled", item) for item in touched if hasattr(type(item), "__journal__")]


def _changes(item: Journaled, session: Session, work: UnitOfWork) -> list[History]:
    state = cast("InstanceState[Any]", inspect(item))
    gone = item in session.deleted
    rows = []
    for field in item.__journal__:
        history = state.attrs[field].history
        old = (history.deleted or history.unchanged or (None,))[0]
        new = None if gone else (history.added or history.unchanged or (None,))[0]
        if old != new and (gone or history.has_changes()):
            rows.append(_row(work, (item.__tablename__, _key(item)), field, (old, new)))
    return rows


def _key(item: Journaled) -> UUID:
    """A default comes with the flush, and the journal is written just before it."""
    item.id = item.id or new_id()
    return item.id


def _row(work: UnitOfWork, record: tuple[str, UUID], field: str, change: Change) -> History:
    old, new = change
    return History(
        entity=record[0],
        record_id=record[1],
        field=field,
        old=to_plain(old),
        new=to_plain(new),
        source=work.source,
        actor=work.actor.name,
        actor_id=work.actor.id,
        observed_at=work.observed_at,
    )
