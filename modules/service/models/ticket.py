"""Tickets, what was said in them, and how they came to where they are."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Base, Currency, Editable, Owned, Record
from core.db.types import Amount, Choice
from modules.service.rules.clock import Target
from modules.service.rules.states import About, Channel, Direction, Kind, Priority, TicketState


class Ticket(Owned, Editable, Record):
    """``email`` and ``contact`` are of the person who asks; ``party_id`` is None for a stranger."""

    __tablename__ = "service_ticket"
    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "client_reference"),
        Index("ix_service_ticket_created_at_id", "created_at", "id"),
        Index("ix_service_ticket_due_at_id", "due_at", "id"),
        Index("ix_service_ticket_state_created_at", "state", "created_at"),
        Index("ix_service_ticket_assignee_id_state", "assignee_id", "state"),
        Index("ix_service_ticket_queue_id_state", "queue_id", "state"),
        Index("ix_service_ticket_party_id_created_at", "party_id", "created_at"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "state",
        "kind",
        "priority",
        "subject",
        "party_id",
        "queue_id",
        "assignee_id",
        "root_cause",
        "compensation",
        "compensation_amount",
        "reason",
        "escalation_level",
    )

    number: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind] = mapped_column(Choice(Kind), default=Kind.QUESTION)
    priority: Mapped[Priority] = mapped_column(Choice(Priority), default=Priority.NORMAL)
    state: Mapped[TicketState] = mapped_column(Choice(TicketState), default=TicketState.NEW)
    subject: Mapped[str] = mapped_column(String(200))
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_party.id"))
    #: Case folded; empty: they can not be written to.
    email: Mapped[str] = mapped_column(String(320), default="", index=True)
    contact: Mapped[str] = mapped_column(String(200), default="")
    queue_id: Mapped[UUID] = mapped_column(ForeignKey("service_queue.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    #: The mailbox it came through: answers leave with its address.
    mailbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_mailbox.id"))
    about: Mapped[About | None] = mapped_column(Choice(About))
    #: Id of that order or invoice; it may be of a module that is disabled, so it is no key.
    about_id: Mapped[UUID | None] = mapped_column(index=True)
    #: What the caller calls it: the same one twice is the same ticket.
    client_reference: Mapped[str | None] = mapped_column(String(200))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_ticket.id"), index=True)
    #: Why it was rejected or cancelled.
    reason: Mapped[str] = mapped_column(default="")

    #: Of a complaint: where it came from, and what was given for it.
    root_cause: Mapped[str] = mapped_column(default="")
    compensation: Mapped[str] = mapped_column(default="")
    compensation_amount: Mapped[Decimal | None] = mapped_column(Amount)
    compensation_currency: Mapped[str | None] = mapped_column(Currency)
    #: When the customer said that it is settled.
    confirmed_at: Mapped[datetime | None]

    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_sla_policy.id"))
    responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    response_due_at: Mapped[datetime | None]
    resolution_due_at: Mapped[datetime | None]
    #: When the target broke; it stays, also when the ticket is answered afterwards.
    response_breached_at: Mapped[datetime | None]
    resolution_breached_at: Mapped[datetime | None]
    #: The sooner of the dues that are still open; None while nothing is due.
    due_at: Mapped[datetime | None]
    #: When the clock has to be looked at next: a breach, or a step of escalation.
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    escalation_level: Mapped[int] = mapped_column(default=0)


class StateChange(Record):
    """From when on a ticket was in a state: the history its clocks are worked out from."""

    __tablename__ = "service_state_change"
    __table_args__ = (Index("ix_service_state_change_ticket_id_at", "ticket_id", "at", "id"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("service_ticket.id"))
    state: Mapped[TicketState] = mapped_column(Choice(TicketState))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(default="")


class Message(Record):
    """One mail, note or entry of the form. An outgoing one's id is that of its mail."""

    __tablename__ = "service_message"
    __table_args__ = (
        Index("ix_service_message_ticket_id_at", "ticket_id", "at", "id"),
        Index("ix_service_message_message_id", "message_id"),
    )

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("service_ticket.id"))
    direction: Mapped[Direction] = mapped_column(Choice(Direction))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    author: Mapped[str] = mapped_column(default="")
    author_id: Mapped[UUID | None]
    email: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    #: What the mail repeated from earlier ones.
    quoted: Mapped[str] = mapped_column(default="")
    #: RFC 5322 Message-ID with its angle brackets.
    message_id: Mapped[str | None] = mapped_column(String(500))
    #: True for what nobody wrote by hand: it is no first response.
    automatic: Mapped[bool] = mapped_column(default=False)
    #: What could not be kept of it, or why it did not arrive, in words.
    remark: Mapped[str] = mapped_column(default="")


class Attachment(Record):
    __tablename__ = "service_attachment"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("service_message.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size_bytes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Draft(Base):
    """What somebody is writing just now: kept for them, and a sign for the others."""

    __tablename__ = "service_draft"

    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("service_ticket.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Merge(Record):
    """One ticket became part of another; what moved is written down, so that it can go back."""

    __tablename__ = "service_merge"

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("service_ticket.id"), index=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("service_ticket.id"), index=True)
    former_state: Mapped[TicketState] = mapped_column(Choice(TicketState))
    #: Ids of the messages that moved, as strings.
    messages: Mapped[list[Any]]
    merged_at: Mapped[datetime] = mapped_column(default=utcnow)
    undone_at: Mapped[datetime | None]


class Escalated(Base):
    """A step of escalation that was taken for a ticket: none is taken twice."""

    __tablename__ = "service_escalated"

    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("service_ticket.id", ondelete="CASCADE"), primary_key=True
    )
    step_id: Mapped[UUID] = mapped_column(primary_key=True)
    target: Mapped[Target] = mapped_column(Choice(Target))
    at: Mapped[datetime] = mapped_column(default=utcnow)
