"""Events between modules: ``on`` inside the publisher's transaction, ``after`` durably behind it.

Every event is kept. A sequencer gives the committed ones their place, under a lock, so that a
transaction that commits late is never stepped over; each subscriber has its own position, so that
one that fails or is disabled holds up nobody else and catches up later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.clock import utcnow
from core.codec import from_plain, to_plain
from core.db.base import Base, Record
from core.db.notice import EVENTS, announce
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense. Carries ids and plain values, never ORM objects."""


E = TypeVar("E", bound=Event)
Handler = Callable[[Any, UnitOfWork], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    event: type[Event]
    handler: Handler
    durable: bool

    @property
    def name(self) -> str:
        """Names the position in the database: a renamed handler starts as a new subscriber."""
        return f"{self.handler.__module__}.{self.handler.__qualname__}"


def on(event: type[E], handler: Callable[[E, UnitOfWork], None]) -> Subscription:
    """``handler`` runs in the publisher's transaction and can undo it.

    Only for the outbox and for invariants of the same family of modules.
    """
    return Subscription(event, handler, durable=False)


def after(event: type[E], handler: Callable[[E, UnitOfWork], None]) -> Subscription:
    """``handler`` runs in a transaction of its own, once in effect, retried, in order."""
    return Subscription(event, handler, durable=True)


#: Committed, and not yet seen by the sequencer.
NEW = text("place IS NULL")


class StoredEvent(Record):
    __tablename__ = "core_event"
    __table_args__ = (
        Index("ix_core_event_id_new", "id", postgresql_where=NEW, sqlite_where=NEW),
        Index("ix_core_event_kind_place", "kind", "place"),
    )

    #: None until the sequencer saw it committed.
    place: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]]
    published_at: Mapped[datetime] = mapped_column(default=utcnow)


class EventPosition(Base):
    """How far one ``after`` subscriber has come."""

    __tablename__ = "core_event_position"

    subscriber: Mapped[str] = mapped_column(String(200), primary_key=True)
    module: Mapped[str] = mapped_column(String(64))
    place: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Tries of the event behind ``place``.
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Why it stopped for a person to look; None while it runs.
    stopped: Mapped[str | None]


def kind_of(event: type[Event]) -> str:
    return f"{event.__module__}.{event.__qualname__}"


def store(session: Session, event: Event) -> None:
    session.add(StoredEvent(kind=kind_of(type(event)), body=to_plain(event)))
    announce(session, EVENTS)


def revive(stored: StoredEvent, kind: type[E]) -> E:
    return from_plain(stored.body, kind)
