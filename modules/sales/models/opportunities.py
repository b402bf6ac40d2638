"""Opportunities, the pipelines they move through, and where they have been."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice
from core.money import Money
from modules.sales.rules.opportunities import OpportunityState


class Pipeline(Owned, Editable, Record):
    __tablename__ = "sales_pipeline"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "position", "active")

    name: Mapped[str] = mapped_column(String(120))
    #: The first is where new opportunities go.
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Stage(Owned, Editable, Record):
    __tablename__ = "sales_stage"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "position", "probability", "active")

    pipeline_id: Mapped[UUID] = mapped_column(ForeignKey("sales_pipeline.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    #: Per cent: what part of such opportunities is won.
    probability: Mapped[int]
    #: False: no card goes there any more; the history keeps it.
    active: Mapped[bool] = mapped_column(default=True)


class LostReason(Owned, Editable, Record):
    __tablename__ = "sales_lost_reason"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "active")
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    name: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(default=True)


class Opportunity(Owned, Editable, Record):
    __tablename__ = "sales_opportunity"
    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        # A column of the board, in its order; and the forecast.
        Index("ix_sales_opportunity_stage_id_state_id", "stage_id", "state", "id"),
        Index("ix_sales_opportunity_state_closes_on", "state", "closes_on"),
        Index("ix_sales_opportunity_created_at_id", "created_at", "id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "state",
        "stage_id",
        "party_id",
        "owner_id",
        "expected",
        "closes_on",
        "lost_reason_id",
        "competitor",
    )

    number: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    #: The person we speak with, where the party is an organisation.
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("sales_stage.id"))
    state: Mapped[OpportunityState] = mapped_column(
        Choice(OpportunityState), default=OpportunityState.OPEN
    )
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    #: Net; None: nobody knows yet.
    expected: Mapped[Decimal | None] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(Currency)
    #: When it is expected to be decided.
    closes_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    #: Kept from the lead: ``utm_source`` and its like.
    utm: Mapped[dict[str, Any]]
    #: When it came into its stage, and when it was won or lost.
    stage_since: Mapped[datetime] = mapped_column(default=utcnow)
    closed_at: Mapped[datetime | None]
    lost_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_lost_reason.id"))
    #: Who won it in our place.
    competitor: Mapped[str] = mapped_column(String(200), default="")
    #: Why it was lost, held, won without a quotation or opened again, in words.
    reason_note: Mapped[str] = mapped_column(default="")

    @property
    def money(self) -> Money | None:
        return None if self.expected is None else Money(self.expected, self.currency)


class StageStep(Owned, Record):
    """One line of an opportunity's history: where it stood from ``at`` on."""

    __tablename__ = "sales_stage_step"
    __table_args__ = (Index("ix_sales_stage_step_opportunity_id_at", "opportunity_id", "at", "id"),)

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("sales_opportunity.id"))
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("sales_stage.id"))
    state: Mapped[OpportunityState] = mapped_column(Choice(OpportunityState))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    author: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
