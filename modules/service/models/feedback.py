"""What customers are asked behind a link: how it was, and whether a complaint is settled."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice


class AskKind(StrEnum):
    RATING = "rating"
    CONFIRMATION = "confirmation"


class Ask(Owned, Record):
    """``token_hash`` is SHA-256 of what stands in the link: who reads the table opens none.

    ``score`` is 1 to 5 for a rating; for a confirmation 1 is "settled" and 0 "not yet". Queue and
    agent are those of the time the ticket was resolved.
    """

    __tablename__ = "service_ask"
    __table_args__ = (
        Index("ix_service_ask_kind_answered_at", "kind", "answered_at"),
        Index("ix_service_ask_ticket_id_kind", "ticket_id", "kind"),
    )

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("service_ticket.id"))
    kind: Mapped[AskKind] = mapped_column(Choice(AskKind))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    queue_id: Mapped[UUID] = mapped_column(ForeignKey("service_queue.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    score: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
