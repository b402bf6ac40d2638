"""What went to whom, what they did with it, and what it brought."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Currency, Owned, Record
from core.db.types import Amount, Choice
from modules.marketing.rules.states import Model, Reason, ResponseKind, SendState, TouchKind

_OPEN = text("state IN ('queued', 'sending')")


class Send(Owned, Record):
    """One mail to one person. Written in bulk; its id is the mail's Message-ID."""

    __tablename__ = "marketing_send"
    __table_args__ = (
        UniqueConstraint("campaign_id", "party_id"),
        UniqueConstraint("enrolment_id", "step_id"),
        Index(
            "ix_marketing_send_open",
            "campaign_id",
            "state",
            "due_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_marketing_send_campaign_id_state", "campaign_id", "state", "reason"),
        Index("ix_marketing_send_campaign_id_address", "campaign_id", "address"),
        Index("ix_marketing_send_party_id_sent_at", "party_id", "sent_at"),
        Index("ix_marketing_send_address_sent_at", "address", "sent_at"),
    )

    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_campaign.id"))
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_enrolment.id"))
    step_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_journey_step.id"))
    purpose_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_purpose.id"))
    #: None: waits for the winner of the test.
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_message.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    #: As it is written to; '' where there is none.
    address: Mapped[str] = mapped_column(String(320))
    state: Mapped[SendState] = mapped_column(Choice(SendState), default=SendState.QUEUED)
    #: Why it was suppressed.
    reason: Mapped[Reason | None] = mapped_column(Choice(Reason))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    #: Weak: pictures are loaded by programs too, and often not by people.
    opened_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    #: The server's last words.
    words: Mapped[str] = mapped_column(default="")


class Response(Record):
    """What came back for one send, also from programs; those count for nothing."""

    __tablename__ = "marketing_response"
    __table_args__ = (Index("ix_marketing_response_send_id", "send_id", "id"),)

    send_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_send.id"))
    kind: Mapped[ResponseKind] = mapped_column(Choice(ResponseKind))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Of a click.
    link: Mapped[int | None]
    #: Why it is taken for a program; '' is a person.
    machine: Mapped[str] = mapped_column(String(64), default="")
    words: Mapped[str] = mapped_column(String(500), default="")


class Touch(Owned, Record):
    """Somebody came by a campaign: a click, or a form whose address named it."""

    __tablename__ = "marketing_touch"
    __table_args__ = (Index("ix_marketing_touch_party_id_at", "party_id", "at"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_campaign.id"), index=True)
    kind: Mapped[TouchKind] = mapped_column(Choice(TouchKind))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    #: ``utm_source`` and its like, of a form.
    utm: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Attribution(Owned, Record):
    """What a paid invoice counts for one campaign by one model; negative when it is taken back."""

    __tablename__ = "marketing_attribution"
    __table_args__ = (
        UniqueConstraint("source_id", "model"),
        Index("ix_marketing_attribution_campaign_id", "campaign_id", "model"),
    )

    #: The invoice, or the credit note, and for a cancelled invoice the id made from it.
    source_id: Mapped[UUID]
    invoice_id: Mapped[UUID] = mapped_column(index=True)
    model: Mapped[Model] = mapped_column(Choice(Model))
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_campaign.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    kind: Mapped[TouchKind] = mapped_column(Choice(TouchKind))
    touched_at: Mapped[datetime]
    issued_on: Mapped[date]
    net: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(Currency)
