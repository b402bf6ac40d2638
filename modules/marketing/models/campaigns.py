"""Campaigns, what they say, and what they were for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice
from modules.marketing.rules.states import Audience, CampaignState, WinnerRule


class Campaign(Owned, Editable, Record):
    __tablename__ = "marketing_campaign"
    __table_args__ = (
        Index("ix_marketing_campaign_created_at", "created_at", "id"),
        UniqueConstraint("company_id", "slug"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "state",
        "goal",
        "segment_id",
        "excluded_id",
        "purpose_id",
        "audience",
        "budget",
        "target_revenue",
        "starts_at",
        "winner_id",
    )

    name: Mapped[str] = mapped_column(String(200))
    #: ``utm_campaign`` of its links.
    slug: Mapped[str] = mapped_column(String(80))
    state: Mapped[CampaignState] = mapped_column(
        Choice(CampaignState), default=CampaignState.DRAFT, index=True
    )
    #: What it is for, in words; the numbers it is held against are optional.
    goal: Mapped[str]
    target_clicks: Mapped[int | None]
    target_revenue: Mapped[Decimal | None] = mapped_column(Amount)
    budget: Mapped[Decimal | None] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(Currency)
    purpose_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_purpose.id"))
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_segment.id"))
    #: Nobody of this segment gets it.
    excluded_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_segment.id"))
    audience: Mapped[Audience] = mapped_column(Choice(Audience), default=Audience.FROZEN)
    starts_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    #: Until when a live audience is looked at again.
    ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: True once everybody who matched at the start has a row.
    gathered: Mapped[bool] = mapped_column(default=False)
    #: Mails a minute; 0: as fast as the server takes them.
    per_minute: Mapped[int] = mapped_column(default=0)
    #: Per cent of the audience on which variants are tried out; 0 or 100: all at once.
    test_share: Mapped[int] = mapped_column(default=20)
    winner_rule: Mapped[WinnerRule] = mapped_column(Choice(WinnerRule), default=WinnerRule.CLICKS)
    decide_after_hours: Mapped[int] = mapped_column(default=24)
    #: The variant the rest gets, and the words that say why.
    winner_id: Mapped[UUID | None]
    verdict: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[str] = mapped_column(default="")
    approved_by: Mapped[str] = mapped_column(default="")


class Message(Owned, Editable, Record):
    """One mail as it is written: a variant of a campaign, or a step of a journey."""

    __tablename__ = "marketing_message"
    __table_args__ = (UniqueConstraint("campaign_id", "label"),)
    __journal__: ClassVar[tuple[str, ...]] = ("label", "subject", "text", "html")

    #: None: of a journey's step.
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_campaign.id"))
    #: ``A``, ``B`` ...
    label: Mapped[str] = mapped_column(String(8), default="A")
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str]
    #: '' is made from the text.
    html: Mapped[str] = mapped_column(default="")


class Link(Record):
    """Where a message leads; a click names it by its number, so no stranger's address passes."""

    __tablename__ = "marketing_link"
    __table_args__ = (UniqueConstraint("message_id", "number"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_message.id"))
    number: Mapped[int]
    url: Mapped[str]
