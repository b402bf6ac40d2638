"""Journeys: steps one after the other, and who is where on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from modules.marketing.rules.states import EnrolmentState, JourneyState, StepKind

_UNDER_WAY = text("state IN ('active', 'waiting')")


class Journey(Owned, Editable, Record):
    __tablename__ = "marketing_journey"
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "state",
        "purpose_id",
        "segment_id",
        "goal_id",
        "again_after_days",
    )

    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[JourneyState] = mapped_column(Choice(JourneyState), default=JourneyState.DRAFT)
    #: What its messages are for: without that consent they are suppressed.
    purpose_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_purpose.id"))
    #: Whoever enters this segment starts.
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_segment.id"))
    #: Whoever gets into this one has reached the goal, and leaves.
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_segment.id"))
    #: The same person may start again so many days after the last start; 0: never.
    again_after_days: Mapped[int] = mapped_column(default=0)


class JourneyStep(Owned, Record):
    __tablename__ = "marketing_journey_step"
    __table_args__ = (Index("ix_marketing_journey_step_journey_id", "journey_id", "position"),)

    journey_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_journey.id"))
    position: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(Choice(StepKind))
    #: ``{"hours": 48}``, ``{"segment_id": ..., "otherwise": "leave"}``, a deed's name and settings.
    settings: Mapped[dict[str, Any]]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("marketing_message.id"))
    #: False: taken out; those who did it keep it in their story.
    active: Mapped[bool] = mapped_column(default=True)


class Enrolment(Owned, Record):
    """One person on one journey; which steps are behind them, ``StepDone`` says."""

    __tablename__ = "marketing_enrolment"
    __table_args__ = (
        Index(
            "uq_marketing_enrolment_under_way",
            "journey_id",
            "party_id",
            unique=True,
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
        Index(
            "ix_marketing_enrolment_due_at",
            "due_at",
            "id",
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
        Index("ix_marketing_enrolment_journey_id_party_id", "journey_id", "party_id"),
        Index("ix_marketing_enrolment_party_id", "party_id"),
    )

    journey_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_journey.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    state: Mapped[EnrolmentState] = mapped_column(
        Choice(EnrolmentState), default=EnrolmentState.ACTIVE
    )
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    #: Why it was left, in words.
    reason: Mapped[str] = mapped_column(default="")


class StepDone(Record):
    """A step somebody has behind them: once, whatever crashes."""

    __tablename__ = "marketing_step_done"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step_id"),
        Index("ix_marketing_step_done_step_id", "step_id", "outcome"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_enrolment.id"))
    step_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_journey_step.id"))
    #: ``done``, ``skipped``, ``left`` or ``failed``.
    outcome: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)
