"""Conflicts over HTTP: what both sides say differently, and the choice between them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from core.api.blueprint import ApiBlueprint
from core.api.fields import Id, Moment
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, writes
from core.security.guard import requires
from core.sync.merge.lists import CONFLICTS
from core.sync.merge.resolving import resolve
from core.sync.models import Cause, Conflict, Keep
from core.work import UnitOfWork

blueprint = ApiBlueprint(
    "conflicts_api", __name__, description="What Tandem and an ERP say differently of one record."
)


class ConflictSchema(Schema):
    id = Id()
    kind = fields.String()
    local_id = Id()
    external_id = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    connection = fields.String()
    field = fields.String(metadata={"description": "Empty where the whole record is at stake."})
    cause = fields.String(metadata={"description": f"One of {', '.join(Cause)}."})
    ours = fields.Raw(allow_none=True)
    theirs = fields.Raw(allow_none=True)
    agreed = fields.Raw(
        allow_none=True, metadata={"description": "What the ERP said when both last agreed."}
    )
    ours_by = fields.String(metadata={"description": "Who changed it here."})
    ours_at = Moment(allow_none=True)
    observed_at = Moment(metadata={"description": "When the ERP said its value."})
    opened_at = Moment()


class ResolvedSchema(Schema):
    id = Id()
    state = fields.String()
    kept = fields.String()
    ended_at = Moment()


class ChoiceSchema(Schema):
    keep = fields.String(required=True, validate=validate.OneOf([str(one) for one in Keep]))


@blueprint.get("/sync/conflicts")
@requires("core.sync")
@lists(CONFLICTS, ConflictSchema)
def conflicts(work: UnitOfWork, query: ListQuery) -> Page:
    """What a person has to choose, the newest first."""
    return page(work, CONFLICTS, query)


@blueprint.post("/sync/conflicts/<uuid:conflict_id>/resolve")
@requires("core.sync_act")
@writes(ResolvedSchema, takes=ChoiceSchema)
def settle(work: UnitOfWork, body: dict[str, Any], conflict_id: UUID) -> Conflict:
    """Keep ours, which is then written over there, or theirs, which is then written here."""
    return resolve(work, conflict_id, Keep(body["keep"]))
