"""What people do with plans: ask for one, approve it, reject it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, select

from core.clock import utcnow
from core.companies import fetch
from core.errors import NotFound, RuleBroken
from core.jobs.queue import enqueue
from core.sync.models import Connection, Plan, PlanPurpose, PlanState
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: The job that computes a plan, and carries it out once it is approved.
PLAN = "core.sync.plan"
#: After this nobody knows any more what the ERP looks like.
VALID = timedelta(hours=24)

_OPEN = (PlanState.COMPUTING, PlanState.READY, PlanState.RUNNING)


def propose(
    work: UnitOfWork,
    connection_id: UUID,
    purpose: PlanPurpose,
    kinds: Sequence[str] | None = None,
) -> Plan:
    """A plan for ``kinds`` (all where None), computed by a job as soon as the ERP can be asked.

    Raise RuleBroken while another of the same purpose is open.
    """
    connection = fetch(work, Connection, connection_id, lock=True)
    _only_one(work, connection_id, purpose)
    plan = Plan(
        connection_id=connection_id,
        company_id=connection.company_id,
        purpose=purpose,
        kinds=list(_known(work, kinds)),
        state=PlanState.COMPUTING,
        created_by=work.actor.name,
    )
    work.session.add(plan)
    work.session.flush()
    wake_plan(work, plan)
    return plan


def approve(work: UnitOfWork, plan_id: UUID) -> None:
    """Have it done. Raise RuleBroken when it is not ready, or too old to say what would happen."""
    plan = _decided(work, plan_id, PlanState.READY)
    if is_stale(plan):
        raise RuleBroken(_("This plan is more than 24 hours old. Compute a new one."))
    plan.move(PlanState.RUNNING)
    wake_plan(work, plan)


def reject(work: UnitOfWork, plan_id: UUID) -> None:
    """Nothing of it is done. After the rejected plan of a first load, nothing is pulled either."""
    plan = _decided(work, plan_id, PlanState.COMPUTING, PlanState.READY)
    plan.move(PlanState.REJECTED)
    plan.ended_at = utcnow()


def is_stale(plan: Plan) -> bool:
    return plan.ready_at is not None and utcnow() - plan.ready_at > VALID


def is_held(work: UnitOfWork, connection_id: UUID) -> bool:
    """A new connection pulls nothing until the plan of its first load is approved."""
    return bool(held_among(work, [connection_id]))


def held_among(work: UnitOfWork, connection_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the connections that ``is_held`` says of, in one query."""
    approved = case((Plan.state.in_([PlanState.RUNNING, PlanState.DONE]), 1), else_=0)
    unapproved = (
        select(Plan.connection_id)
        .where(Plan.connection_id.in_(connection_ids), Plan.purpose == PlanPurpose.FIRST_LOAD)
        .group_by(Plan.connection_id)
        .having(func.max(approved) == 0)
    )
    return set(work.session.scalars(unapproved))


def wake_plan(work: UnitOfWork, plan: Plan) -> None:
    """Have its next step done after this transaction."""
    route = f"{PLAN}:{plan.connection_id}"
    args = {"plan": str(plan.id), "connection": str(plan.connection_id)}
    enqueue(work, PLAN, args, key=f"{PLAN}:{plan.id}", partition=route)


def _decided(work: UnitOfWork, plan_id: UUID, *states: PlanState) -> Plan:
    plan = fetch(work, Plan, plan_id, lock=True)
    if plan.state not in states:
        raise RuleBroken(_("This plan is not waiting for a decision."))
    plan.decided_at, plan.decided_by = utcnow(), work.actor.name
    return plan


def _only_one(work: UnitOfWork, connection_id: UUID, purpose: PlanPurpose) -> None:
    same = select(Plan.id).where(
        Plan.connection_id == connection_id, Plan.purpose == purpose, Plan.state.in_(_OPEN)
    )
    if work.session.scalar(same.limit(1)) is not None:
        raise RuleBroken(_("There is an open plan of this kind: decide that one first."))


def _known(work: UnitOfWork, kinds: Sequence[str] | None) -> Sequence[str]:
    """In load order. Raise NotFound for a kind that no enabled module receives."""
    received = [receives.kind for receives in work.enabled.inbound]
    for kind in kinds or ():
        if kind not in received:
            raise NotFound(_("Nothing called %(kind)s comes from an ERP.", kind=kind))
    return [kind for kind in received if kinds is not None and kind in kinds]
