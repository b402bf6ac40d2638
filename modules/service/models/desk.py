"""Where tickets come in and who answers them: queues, mailboxes, ready-made replies."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Base, Editable, Owned, Record
from core.db.types import Choice
from modules.service.rules.turns import Assignment


class Queue(Owned, Editable, Record):
    __tablename__ = "service_queue"
    __table_args__ = (UniqueConstraint("company_id", "name"),)
    __journal__: ClassVar[tuple[str, ...]] = ("name", "slug", "assignment", "active")

    name: Mapped[str] = mapped_column(String(120))
    #: Its public form and articles are at ``/help/<slug>/``; None: it has no public page.
    slug: Mapped[str | None] = mapped_column(String(60), unique=True)
    assignment: Mapped[Assignment] = mapped_column(
        Choice(Assignment), default=Assignment.ROUND_ROBIN
    )
    #: Who got the last ticket in turn.
    last_assignee_id: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(default=True)


class QueueMember(Base):
    __tablename__ = "service_queue_member"

    queue_id: Mapped[UUID] = mapped_column(
        ForeignKey("service_queue.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True
    )


class Mailbox(Owned, Editable, Record):
    """An IMAP account whose mails become tickets. ``sealed`` is its secret, encrypted."""

    __tablename__ = "service_mailbox"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "address", "host", "port", "active")

    name: Mapped[str] = mapped_column(String(120))
    #: What customers write to and our replies come from.
    address: Mapped[str] = mapped_column(String(320))
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int]
    #: False only for a server on a network one trusts: the secret goes over the wire as it is.
    tls: Mapped[bool] = mapped_column(default=True)
    user: Mapped[str] = mapped_column(String(320))
    sealed: Mapped[str]
    folder: Mapped[str] = mapped_column(String(120), default="INBOX")
    queue_id: Mapped[UUID] = mapped_column(ForeignKey("service_queue.id"))
    #: Whether whoever writes first is told that it arrived.
    acknowledge: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    #: RFC 3501 2.3.1.1: UIDs count within one UIDVALIDITY; what is up to ``last_uid`` was seen.
    uid_validity: Mapped[int | None]
    last_uid: Mapped[int] = mapped_column(default=0)
    polled_at: Mapped[datetime | None]
    #: Why the last poll failed; empty: it did not.
    error: Mapped[str] = mapped_column(default="")


class TakenMail(Owned, Record):
    """A mail that was taken, and what became of it: no mail is taken twice.

    ``message_id`` is the mail's own, or its content's hash where it has none. One that was sent to
    two of our mailboxes is one mail.
    """

    __tablename__ = "service_taken_mail"
    __table_args__ = (UniqueConstraint("company_id", "message_id"),)

    mailbox_id: Mapped[UUID] = mapped_column(ForeignKey("service_mailbox.id"), index=True)
    uid_validity: Mapped[int]
    uid: Mapped[int]
    message_id: Mapped[str] = mapped_column(String(500))
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    #: None: it is part of no ticket, and ``outcome`` says why.
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_ticket.id"), index=True)
    outcome: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(default=utcnow)


class CannedReply(Owned, Editable, Record):
    """``text`` may hold ``{customer}``, ``{number}``, ``{subject}`` and ``{agent}``."""

    __tablename__ = "service_canned_reply"
    __table_args__ = (UniqueConstraint("company_id", "name"),)
    __journal__: ClassVar[tuple[str, ...]] = ("name", "text")

    name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str]
