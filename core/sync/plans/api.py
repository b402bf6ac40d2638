"""Plans over HTTP: what a large step would do, and the decision about it."""

from __future__ import annotations

from uuid import UUID

from marshmallow import Schema, fields

from core.api.blueprint import ApiBlueprint
from core.api.fields import Id, Moment
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, writes
from core.companies import fetch
from core.security.guard import requires
from core.sync.models import Plan, PlanPurpose, PlanState
from core.sync.plans.lists import PLANS
from core.sync.plans.service import approve, reject
from core.work import UnitOfWork

blueprint = ApiBlueprint(
    "plans_api", __name__, description="What a large step of the sync would do, and the decision."
)


class DecidedSchema(Schema):
    id = Id()
    connection_id = Id()
    purpose = fields.String(metadata={"description": f"One of {', '.join(PlanPurpose)}."})
    state = fields.String(metadata={"description": f"One of {', '.join(PlanState)}."})
    decided_at = Moment(allow_none=True)
    decided_by = fields.String(allow_none=True)


class PlanSchema(DecidedSchema):
    connection = fields.String()
    kinds = fields.List(fields.String(), metadata={"description": "Empty for all."})
    totals = fields.Dict(
        metadata={"description": "Per kind how many it would create, change, delete, and leave."}
    )
    error = fields.String()
    created_at = Moment()
    created_by = fields.String()
    ready_at = Moment(allow_none=True, metadata={"description": "A day later it is out of date."})
    ended_at = Moment(allow_none=True)


@blueprint.get("/plans")
@requires("core.sync")
@lists(PLANS, PlanSchema)
def plans(work: UnitOfWork, query: ListQuery) -> Page:
    """Plans, the newest first; those in the state ready wait for a decision."""
    return page(work, PLANS, query)


@blueprint.post("/plans/<uuid:plan_id>/approve")
@requires("core.sync_approve")
@writes(DecidedSchema)
def approve_plan(work: UnitOfWork, plan_id: UUID) -> Plan:
    """Have it done, by the workers. Nothing of a new connection is read over before."""
    approve(work, plan_id)
    return fetch(work, Plan, plan_id)


@blueprint.post("/plans/<uuid:plan_id>/reject")
@requires("core.sync_approve")
@writes(DecidedSchema)
def reject_plan(work: UnitOfWork, plan_id: UUID) -> Plan:
    """Nothing of it is done."""
    reject(work, plan_id)
    return fetch(work, Plan, plan_id)
