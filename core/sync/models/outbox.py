"""What is to be sent: the outbox row is the queue, there is no second job per row."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice


class OutboxVerb(StrEnum):
    #: Bring the record to the ERP, or there to where it is here.
    SEND = "send"
    #: Asked of a record the ERP has: both have a life of their own, and the ERP may say no.
    CANCEL = "cancel"
    CHANGE = "change"


class OutboxState(StrEnum):
    #: For a connection or for ``waits_for``; nothing but their arrival moves it.
    WAITING = "waiting"
    QUEUED = "queued"
    CLAIMED = "claimed"
    #: Refused or given up: a person's retry moves it.
    STOPPED = "stopped"
    DONE = "done"
    #: The ERP said no to a cancellation or a change: the record stays as it was.
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: Not yet claimed and not over: a further change of the same record needs no second row.
OPEN = (OutboxState.WAITING, OutboxState.QUEUED, OutboxState.STOPPED)


class OutboxRow(Owned, Record):
    __tablename__ = "core_outbox"
    __table_args__ = (
        UniqueConstraint("binding_id", "seq"),
        Index(
            "uq_core_outbox_claimed",
            "binding_id",
            unique=True,
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index("ix_core_outbox_state_due_at", "state", "due_at"),
        Index("ix_core_outbox_waits_for", "waits_for"),
    )

    binding_id: Mapped[UUID] = mapped_column(ForeignKey("core_binding.id"))
    #: Order of the changes of one record.
    seq: Mapped[int]
    verb: Mapped[OutboxVerb] = mapped_column(Choice(OutboxVerb), default=OutboxVerb.SEND)
    #: The module's own record of what is asked for: the lines a change wishes.
    subject: Mapped[UUID | None]
    #: Why a cancellation or a change is where it is, for people; a SEND says it at its binding.
    message: Mapped[str] = mapped_column(default="")
    state: Mapped[OutboxState] = mapped_column(Choice(OutboxState))
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Tries that ended in trouble since it last moved; they set the pace of the next one.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Who holds it: the jobs of a connection (its id) or a command; until when, as far as others
    #: are concerned; and the number that tells an earlier claim from this one.
    claimed_by: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    #: The binding whose arrival in the ERP wakes this row.
    waits_for: Mapped[UUID | None] = mapped_column(ForeignKey("core_binding.id"))
    #: Code of the last trouble: ``sync.unsent``.
    error: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
