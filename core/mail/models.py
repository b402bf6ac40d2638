"""Mails on their way: each kept until it is known what became of it, and shown to people."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice
from core.states import StateMachine


class MailState(StrEnum):
    WAITING = "waiting"
    #: Somebody has it in hand, or died with it.
    SENDING = "sending"
    SENT = "sent"
    #: It was handed over, and the answer was lost: a person decides whether to send it again.
    IN_DOUBT = "in_doubt"
    #: The server will not take it, or said "not now" for too long.
    FAILED = "failed"


FLOW = StateMachine(
    {
        MailState.WAITING: frozenset({MailState.SENDING}),
        MailState.SENDING: frozenset(
            {MailState.WAITING, MailState.SENT, MailState.IN_DOUBT, MailState.FAILED}
        ),
        MailState.IN_DOUBT: frozenset({MailState.WAITING}),
        MailState.FAILED: frozenset({MailState.WAITING}),
    }
)


class PostedMail(Owned, Record):
    """One mail of a module; its id is also the Message-ID's."""

    __tablename__ = "core_mail"
    __table_args__ = (
        Index("ix_core_mail_made_at", "made_at", "id"),
        Index("ix_core_mail_state", "state", "made_at"),
    )

    #: Whose it is and what for: ``sales.quotation:<id>:<version>``. Posted again it is the same.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    sender: Mapped[str]
    recipients: Mapped[list[Any]]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    headers: Mapped[dict[str, Any]]
    state: Mapped[MailState] = mapped_column(Choice(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    #: What went wrong last, or which recipients were refused when others got it.
    error: Mapped[str] = mapped_column(default="")


class MailAttachment(Record):
    __tablename__ = "core_mail_attachment"

    mail_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_mail.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary)
