"""Plans and what they name, for pages, the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, String, func, select, type_coerce

from core.api.listing import Listing
from core.companies import visible
from core.sync.models import Connection, Plan, PlanAction, PlanItem, PlanState
from core.work import UnitOfWork

#: Records of each kind that a plan's page names at once.
FIRST = 10

PLANS = Listing(
    name="sync-plans",
    statement=select(
        Plan.id,
        Plan.company_id,
        type_coerce(Plan.purpose, String).label("purpose"),
        type_coerce(Plan.state, String).label("state"),
        Plan.kinds,
        Plan.totals,
        Plan.error,
        Plan.created_at,
        Plan.created_by,
        Plan.ready_at,
        Plan.moved_at,
        Plan.decided_at,
        Plan.decided_by,
        Plan.ended_at,
        Plan.connection_id,
        Connection.name.label("connection"),
    ).join(Connection, Connection.id == Plan.connection_id),
    sorts={"created_at": Plan.created_at},
    default="-created_at",
    filters={
        "connection_id": Plan.connection_id,
        "purpose": Plan.purpose,
        "state": Plan.state,
    },
)


def items_of(plan_id: UUID) -> Listing:
    """The records a plan names, as it met them."""
    return Listing(
        name="sync-plan-items",
        statement=select(
            PlanItem.id,
            PlanItem.kind,
            PlanItem.external_id,
            type_coerce(PlanItem.action, String).label("action"),
            PlanItem.name,
            PlanItem.before,
            PlanItem.after,
            Plan.company_id,
        )
        .join(Plan, Plan.id == PlanItem.plan_id)
        .where(PlanItem.plan_id == plan_id),
        sorts={"place": PlanItem.id},
        default="place",
        filters={"kind": PlanItem.kind, "action": PlanItem.action},
    )


def first_items(work: UnitOfWork, plan_id: UUID) -> Mapping[str, Sequence[Row[*tuple[Any, ...]]]]:
    """The first of each kind, in one query."""
    place = func.row_number().over(partition_by=PlanItem.kind, order_by=PlanItem.id)
    numbered = (
        visible(work, items_of(plan_id).statement).add_columns(place.label("place")).subquery()
    )
    found = select(numbered).where(numbered.c.place <= FIRST).order_by(numbered.c.id)
    grouped: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    for row in work.session.execute(found):
        grouped.setdefault(row.kind, []).append(row)
    return grouped


def number_ready(work: UnitOfWork) -> ScalarSelect[int]:
    """How many wait for a person: a column of a question that asks more."""
    waiting = visible(work, select(Plan.id, Plan.company_id)).where(Plan.state == PlanState.READY)
    return select(func.count()).select_from(waiting.subquery()).scalar_subquery()


def total(totals: Mapping[str, Any], action: PlanAction) -> int:
    """Over all kinds of a plan."""
    return sum(counts.get(action.value, 0) for counts in totals.values())
