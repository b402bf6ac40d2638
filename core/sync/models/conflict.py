"""What two sides say differently of one field, until a person or the sides themselves settle it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import PLAIN, Choice
from core.states import StateMachine


class Cause(StrEnum):
    #: Both sides changed the field.
    BOTH_CHANGED = "both_changed"
    #: The ERP no longer has a record that was changed here.
    GONE = "gone"
    #: The ERP changed the record again and again while ours was being sent.
    OVERTAKEN = "overtaken"


class Keep(StrEnum):
    """Whose value stands."""

    OURS = "ours"
    THEIRS = "theirs"


class ConflictState(StrEnum):
    OPEN = "open"
    #: A person chose.
    RESOLVED = "resolved"
    #: Both sides came to say the same, or one of them took its change back.
    OBSOLETE = "obsolete"


CONFLICT_FLOW = StateMachine(
    {ConflictState.OPEN: frozenset({ConflictState.RESOLVED, ConflictState.OBSOLETE})}
)
_OPEN = text("state = 'open'")


class Conflict(Owned, Record):
    """``field`` is '' where the whole record is at stake. Only that field waits meanwhile."""

    __tablename__ = "core_conflict"
    __table_args__ = (
        Index(
            "uq_core_conflict_open",
            "binding_id",
            "field",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_core_conflict_state_opened_at", "state", "opened_at", "id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("state", "kept")

    binding_id: Mapped[UUID] = mapped_column(ForeignKey("core_binding.id"), index=True)
    field: Mapped[str] = mapped_column(String(200))
    cause: Mapped[Cause] = mapped_column(Choice(Cause))
    state: Mapped[ConflictState] = mapped_column(Choice(ConflictState), default=ConflictState.OPEN)
    ours: Mapped[Any] = mapped_column(PLAIN, nullable=True)
    theirs: Mapped[Any] = mapped_column(PLAIN, nullable=True)
    agreed: Mapped[Any] = mapped_column(PLAIN, nullable=True)
    #: Who changed it here, and when; '' and None where nobody noted it.
    ours_by: Mapped[str] = mapped_column(default="")
    ours_at: Mapped[datetime | None]
    #: When the ERP said its value, by its own clock if it has one.
    observed_at: Mapped[datetime]
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    kept: Mapped[Keep | None] = mapped_column(Choice(Keep))
    ended_by: Mapped[str] = mapped_column(default="")
