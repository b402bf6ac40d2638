"""What a large step would do, computed and stored before it may be done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice
from core.states import StateMachine


class PlanPurpose(StrEnum):
    #: The first reading of a new connection: until it is approved nothing is pulled.
    FIRST_LOAD = "first_load"
    #: What a pull would bring now, because somebody wants to see it first.
    MANUAL = "manual"
    #: Everything of some kinds once more.
    BACKFILL = "backfill"
    #: A sweep met more deletions than its guard lets pass.
    SWEEP = "sweep"
    #: A poll met more that is new, or more changed amounts, than its guard lets pass.
    GUARD = "guard"
    #: Everything once more, since values are translated differently now.
    MAPPING = "mapping"


class PlanState(StrEnum):
    COMPUTING = "computing"
    #: A person decides.
    READY = "ready"
    #: Approved, and being done.
    RUNNING = "running"
    DONE = "done"
    REJECTED = "rejected"
    FAILED = "failed"
    #: Nobody decided in time, and the ERP has moved on.
    EXPIRED = "expired"


_S = PlanState
_GIVEN_UP = frozenset({_S.REJECTED, _S.FAILED, _S.EXPIRED})

PLAN_FLOW = StateMachine(
    {
        _S.COMPUTING: frozenset({_S.READY}) | _GIVEN_UP,
        _S.READY: frozenset({_S.RUNNING}) | _GIVEN_UP,
        _S.RUNNING: frozenset({_S.DONE, _S.FAILED}),
    }
)


class PlanAction(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    DELETE = "delete"


class Plan(Owned, Record):
    """Computing one writes nothing else: every page is applied and rolled back."""

    __tablename__ = "core_plan"
    __table_args__ = (Index("ix_core_plan_connection_id_state", "connection_id", "state"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    purpose: Mapped[PlanPurpose] = mapped_column(Choice(PlanPurpose))
    #: What it is about, in load order; empty: all the connection brings.
    kinds: Mapped[list[Any]]
    state: Mapped[PlanState] = mapped_column(Choice(PlanState), default=PlanState.COMPUTING)
    #: Per kind how many would be created, changed, left as they are, and deleted.
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Where each stream ended when it was computed: what lies behind is not in the plan.
    ends: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by: Mapped[str]
    #: When it could first be decided: its age counts from here.
    ready_at: Mapped[datetime | None]
    #: When it was first seen that the ERP has moved on since.
    moved_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    def move(self, target: PlanState) -> None:
        """Raise IllegalTransition for a step a plan may not take."""
        PLAN_FLOW.step(self.state, target)
        self.state = target


class PlanItem(Record):
    """One record of a plan by name; the first of each kind, and every deletion of a sweep."""

    __tablename__ = "core_plan_item"
    __table_args__ = (Index("ix_core_plan_item_plan_id_kind", "plan_id", "kind", "id"),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("core_plan.id"))
    kind: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    action: Mapped[PlanAction] = mapped_column(Choice(PlanAction))
    #: What people call it: its number, its name, or the ERP's id.
    name: Mapped[str]
    #: The names and amounts that would change, by field; None where there is nothing.
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
