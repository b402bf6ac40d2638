"""Service levels: calendars, what is promised to whom, and what happens when it is not kept."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Editable, Owned, Record
from core.db.types import Choice
from modules.service.rules.clock import Policy, Target
from modules.service.rules.states import Kind, Priority


class BusinessCalendar(Owned, Editable, Record):
    """``week`` is Monday to Sunday: per day a list of [from, until] in minutes since midnight."""

    __tablename__ = "service_calendar"
    __table_args__ = (UniqueConstraint("company_id", "name"),)
    __journal__: ClassVar[tuple[str, ...]] = ("name", "zone", "week")

    name: Mapped[str] = mapped_column(String(120))
    #: IANA name: ``Asia/Bangkok``.
    zone: Mapped[str] = mapped_column(String(64))
    week: Mapped[list[Any]]


class Holiday(Base):
    __tablename__ = "service_holiday"

    calendar_id: Mapped[UUID] = mapped_column(
        ForeignKey("service_calendar.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")


class SlaPolicy(Owned, Editable, Record):
    """The policies of a company are tried by ``place``; the first that fits holds."""

    __tablename__ = "service_sla_policy"
    __table_args__ = (UniqueConstraint("company_id", "name"),)
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "place",
        "tier",
        "kind",
        "priority",
        "calendar_id",
        "response_minutes",
        "resolution_minutes",
        "active",
    )

    name: Mapped[str] = mapped_column(String(120))
    place: Mapped[int] = mapped_column(default=100)
    tier: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[Kind | None] = mapped_column(Choice(Kind))
    priority: Mapped[Priority | None] = mapped_column(Choice(Priority))
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("service_calendar.id"))
    #: Minutes of business hours.
    response_minutes: Mapped[int]
    resolution_minutes: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)

    def rule(self) -> Policy:
        return Policy(
            id=self.id,
            calendar_id=self.calendar_id,
            response=timedelta(minutes=self.response_minutes),
            resolution=timedelta(minutes=self.resolution_minutes),
            tier=self.tier,
            kind=self.kind,
            priority=self.priority,
        )


class EscalationAction(StrEnum):
    NOTIFY = "notify"
    REASSIGN = "reassign"


class EscalationStep(Editable, Record):
    """At ``percent`` of what the policy promises somebody is told, or gets the ticket."""

    __tablename__ = "service_escalation_step"

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("service_sla_policy.id"), index=True)
    target: Mapped[Target] = mapped_column(Choice(Target))
    percent: Mapped[int]
    action: Mapped[EscalationAction] = mapped_column(Choice(EscalationAction))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id"))
