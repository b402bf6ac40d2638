"""Opportunities, pipelines and the forecast over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.blueprint import ApiBlueprint
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.api.versions import check_if_match
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.sales.models import LostReason, Opportunity, Pipeline, Stage
from modules.sales.schemas import leads as schemas
from modules.sales.services.board import read_forecast
from modules.sales.services.lead_lists import OPPORTUNITIES
from modules.sales.services.opportunities import (
    WIN_UNQUOTED,
    Lost,
    change_opportunity,
    hold_opportunity,
    lose_opportunity,
    move_to_stage,
    open_opportunity,
    reopen_opportunity,
    resume_opportunity,
    win_opportunity,
)
from modules.sales.services.pipelines import (
    add_pipeline,
    add_reason,
    add_stage,
    change_stage,
    pipelines_of,
    reasons_of,
    stages_of,
)

blueprint = ApiBlueprint(
    "sales_opportunities_api",
    __name__,
    description="Opportunities, from the first stage until they are won or lost.",
)
READ, WRITE, MANAGE = "sales.read", "sales.write", "sales.manage"


@blueprint.get("/opportunities")
@requires(READ)
@lists(OPPORTUNITIES, schemas.OpportunitySchema)
def opportunities(work: UnitOfWork, query: ListQuery) -> Page:
    """Opportunities in every state."""
    return page(work, OPPORTUNITIES, query)


@blueprint.post("/opportunities")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.NewOpportunitySchema, status=201)
def open_one(work: UnitOfWork, body: dict[str, Any]) -> Opportunity:
    """Open an opportunity with a party."""
    party_id, stage_id = body.pop("party_id"), body.pop("stage_id")
    return open_opportunity(work, party_id, body, stage_id=stage_id)  # type: ignore[arg-type]  # the schema's fields are OpportunityFields


@blueprint.get("/opportunities/<uuid:opportunity_id>")
@requires(READ)
@reads(schemas.OpportunitySchema)
def opportunity(work: UnitOfWork, opportunity_id: UUID) -> Opportunity:
    """One opportunity."""
    return fetch(work, Opportunity, opportunity_id)


@blueprint.patch("/opportunities/<uuid:opportunity_id>")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.ChangedOpportunitySchema)
def change(work: UnitOfWork, body: dict[str, Any], opportunity_id: UUID) -> Opportunity:
    """Change the fields that are sent."""
    check_if_match(fetch(work, Opportunity, opportunity_id, lock=True))
    return change_opportunity(work, opportunity_id, body)  # type: ignore[arg-type]  # as above


@blueprint.post("/opportunities/<uuid:opportunity_id>/move")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.MoveSchema)
def move(work: UnitOfWork, body: dict[str, Any], opportunity_id: UUID) -> Opportunity:
    """Move it to another stage."""
    return move_to_stage(work, opportunity_id, body["stage_id"], version=body["version"])


@blueprint.post("/opportunities/<uuid:opportunity_id>/win")
@requires(WIN_UNQUOTED)
@writes(schemas.OpportunitySchema, takes=schemas.NoteSchema)
def win(work: UnitOfWork, body: dict[str, Any], opportunity_id: UUID) -> Opportunity:
    """Won without a quotation; an accepted quotation wins its opportunity by itself."""
    return win_opportunity(work, opportunity_id, body["note"])


@blueprint.post("/opportunities/<uuid:opportunity_id>/lose")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.LostSchema)
def lose(work: UnitOfWork, body: dict[str, Any], opportunity_id: UUID) -> Opportunity:
    """Lost, with the reason and, if known, to whom."""
    return lose_opportunity(work, opportunity_id, Lost(**body))


@blueprint.post("/opportunities/<uuid:opportunity_id>/hold")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.NoteSchema)
def hold(work: UnitOfWork, body: dict[str, Any], opportunity_id: UUID) -> Opportunity:
    """Put it on hold: it keeps its stage, and is in no forecast."""
    return hold_opportunity(work, opportunity_id, body["note"])


@blueprint.post("/opportunities/<uuid:opportunity_id>/resume")
@requires(WRITE)
@writes(schemas.OpportunitySchema)
def resume(work: UnitOfWork, opportunity_id: UUID) -> Opportunity:
    """Go on with one that was on hold."""
    return resume_opportunity(work, opportunity_id)


@blueprint.post("/opportunities/<uuid:opportunity_id>/reopen")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.ReopenSchema)
def reopen(work: UnitOfWork, body: dict[str, Any], opportunity_id: UUID) -> Opportunity:
    """Open a lost one again, with the reason."""
    return reopen_opportunity(work, opportunity_id, body["reason"])


@blueprint.get("/opportunity-forecast")
@requires(READ)
@reads(schemas.ForecastSchema)
def forecast(work: UnitOfWork) -> dict[str, Any]:
    """Open opportunities per month, owner and currency, weighted by their stages."""
    return {"items": read_forecast(work)[0]}


@blueprint.get("/pipelines")
@requires(READ)
@reads(schemas.PipelinesSchema)
def pipelines(work: UnitOfWork) -> dict[str, Any]:
    """Pipelines with their stages, in order."""
    return {"items": [_whole(work, one) for one in pipelines_of(work)]}


@blueprint.post("/pipelines")
@requires(MANAGE)
@writes(schemas.PipelineSchema, takes=schemas.NameSchema, status=201)
def new_pipeline(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Add a pipeline; its stages come next."""
    return _whole(work, add_pipeline(work, body["name"]))


@blueprint.post("/pipelines/<uuid:pipeline_id>/stages")
@requires(MANAGE)
@writes(schemas.StageSchema, takes=schemas.NewStageSchema, status=201)
def new_stage(work: UnitOfWork, body: dict[str, Any], pipeline_id: UUID) -> Stage:
    """Add a stage, at the end unless ``position`` says where."""
    return add_stage(work, pipeline_id, body)  # type: ignore[arg-type]  # the schema's fields are StageFields


@blueprint.patch("/stages/<uuid:stage_id>")
@requires(MANAGE)
@writes(schemas.StageSchema, takes=schemas.ChangedStageSchema)
def edit_stage(work: UnitOfWork, body: dict[str, Any], stage_id: UUID) -> Stage:
    """Change a stage; ``active`` false puts it away, unless open opportunities stand in it."""
    check_if_match(fetch(work, Stage, stage_id, lock=True))
    return change_stage(work, stage_id, body)  # type: ignore[arg-type]  # as above


@blueprint.get("/lost-reasons")
@requires(READ)
@reads(schemas.LostReasonsSchema)
def lost_reasons(work: UnitOfWork) -> dict[str, Any]:
    """Reasons an opportunity may be lost for."""
    return {"items": reasons_of(work)}


@blueprint.post("/lost-reasons")
@requires(MANAGE)
@writes(schemas.LostReasonSchema, takes=schemas.NameSchema, status=201)
def new_reason(work: UnitOfWork, body: dict[str, Any]) -> LostReason:
    """Add a reason."""
    return add_reason(work, body["name"])


def _whole(work: UnitOfWork, pipeline: Pipeline) -> dict[str, Any]:
    return {
        "id": pipeline.id,
        "name": pipeline.name,
        "position": pipeline.position,
        "stages": stages_of(work, pipeline.id),
    }
