"""Documents with effects: what came last, and what was applied last."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice


class InboxState(StrEnum):
    PENDING = "pending"
    #: What it refers to has not come yet.
    WAITING = "waiting"
    APPLIED = "applied"
    #: A person must look.
    STOPPED = "stopped"
    #: A person looked, and said why nothing comes of it; a later version is news all the same.
    CLOSED = "closed"


class InboxRow(Owned, Record):
    """One per record over there; ``body`` is kept only until it is applied."""

    __tablename__ = "core_inbox"
    __table_args__ = (
        UniqueConstraint("connection_id", "kind", "external_id"),
        Index("ix_core_inbox_state_due_at", "state", "due_at"),
    )

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    state: Mapped[InboxState] = mapped_column(Choice(InboxState), default=InboxState.PENDING)
    reference: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[dict[str, Any] | None]
    version: Mapped[str | None] = mapped_column(String(128))
    stamp: Mapped[datetime | None]
    #: Of the canonical body: tells equality where a stamp tells order.
    hash: Mapped[str | None] = mapped_column(String(64))
    applied_version: Mapped[str | None] = mapped_column(String(128))
    applied_stamp: Mapped[datetime | None]
    applied_hash: Mapped[str | None] = mapped_column(String(64))
    applied_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    attempts: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
