"""What left for an ERP: written and committed before the request goes out."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Record
from core.db.types import Choice


class AttemptOutcome(StrEnum):
    #: The request may be under way, or its sender died.
    OPEN = "open"
    DONE = "done"
    #: Nothing changed over there.
    UNSENT = "unsent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    #: Was open or in doubt; a look over there told what became of it.
    RESOLVED = "resolved"


#: How long after it left a request may still be carried out, by an ERP that was frozen meanwhile.
LATE = timedelta(hours=24)
#: Before the next write somebody has to look.
UNSURE = (AttemptOutcome.OPEN, AttemptOutcome.IN_DOUBT)


class Attempt(Record):
    """One request that writes, for one or many records."""

    __tablename__ = "core_attempt"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    #: The verb of the contract: draft, confirm, upsert, create, update.
    verb: Mapped[str] = mapped_column(String(24))
    run_id: Mapped[UUID]
    started_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    ended_at: Mapped[datetime | None]


class AttemptItem(Record):
    __tablename__ = "core_attempt_item"
    __table_args__ = (Index("ix_core_attempt_item_binding_id_outcome", "binding_id", "outcome"),)

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("core_attempt.id"), index=True)
    binding_id: Mapped[UUID] = mapped_column(ForeignKey("core_binding.id"))
    outbox_id: Mapped[UUID] = mapped_column(ForeignKey("core_outbox.id"), index=True)
    outcome: Mapped[AttemptOutcome] = mapped_column(
        Choice(AttemptOutcome), default=AttemptOutcome.OPEN
    )
    message: Mapped[str] = mapped_column(default="")
