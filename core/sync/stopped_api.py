"""Stopped records over HTTP: what needs a person, tried again or closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from core.api.blueprint import ApiBlueprint
from core.api.fields import Id, Moment
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, writes
from core.companies import fetch
from core.security.guard import requires
from core.sync.attention import Way
from core.sync.mending import (
    LONGEST_REASON,
    MOST_AT_ONCE,
    close,
    try_again,
    try_all_again,
    way_of,
)
from core.sync.models import InboxRow, OutboxRow
from core.sync.sent import STOPPED_ROWS
from core.work import UnitOfWork

blueprint = ApiBlueprint("stopped_api", __name__, description="What needs a person.")


class StoppedSchema(Schema):
    id = Id()
    way = fields.String(metadata={"description": "out: to the ERP. in: from it."})
    kind = fields.String()
    local_id = Id(allow_none=True)
    reference = fields.String(allow_none=True)
    external_id = fields.String(allow_none=True)
    connection_id = Id(allow_none=True)
    connection = fields.String(allow_none=True)
    state = fields.String()
    delivery = fields.String(allow_none=True)
    message = fields.String()
    field = fields.String(allow_none=True)
    error = fields.String(allow_none=True, metadata={"description": "The code of its cause."})
    attempts = fields.Integer()
    due_at = Moment()
    created_at = Moment()


class RetriedSchema(Schema):
    id = Id()
    way = fields.String()
    state = fields.String()
    due_at = Moment()


class ReasonSchema(Schema):
    reason = fields.String(required=True, validate=validate.Length(1, LONGEST_REASON))


class ClosedSchema(Schema):
    id = Id()
    state = fields.String()
    message = fields.String()


class WantedSchema(Schema):
    """Which of the stopped records; without any of these all of them."""

    way = fields.String(validate=validate.OneOf([*Way]))
    kind = fields.String()
    connection_id = fields.UUID()
    error = fields.String()
    field = fields.String()
    reason = fields.String()


class MendedSchema(Schema):
    retried = fields.Integer()
    more = fields.Boolean(metadata={"description": "There may be others: ask again."})


@blueprint.get("/sync/stopped")
@requires("core.sync")
@lists(STOPPED_ROWS, StoppedSchema)
def stopped_rows(work: UnitOfWork, query: ListQuery) -> Page:
    """What needs a person, both ways: refused by the ERP, unclear, or not to be taken over."""
    return page(work, STOPPED_ROWS, query)


@blueprint.post("/sync/stopped/<uuid:row_id>/retry")
@requires("core.sync_act")
@writes(RetriedSchema)
def retry(work: UnitOfWork, row_id: UUID) -> dict[str, Any]:
    """Try a stopped record again, as it is now."""
    way = way_of(work, row_id)
    try_again(work, way, row_id)
    row: OutboxRow | InboxRow = (
        fetch(work, OutboxRow, row_id) if way is Way.OUT else fetch(work, InboxRow, row_id)
    )
    return {"id": row.id, "way": way, "state": row.state, "due_at": row.due_at}


@blueprint.post("/sync/stopped/<uuid:row_id>/close")
@requires("core.sync_act")
@writes(ClosedSchema, takes=ReasonSchema)
def close_row(work: UnitOfWork, body: dict[str, Any], row_id: UUID) -> InboxRow:
    """Nothing comes of what came in, and why; retry opens it again."""
    return close(work, row_id, body["reason"])


@blueprint.post("/sync/stopped/retry")
@requires("core.sync_act")
@writes(MendedSchema, takes=WantedSchema)
def retry_all(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Try all again that the list shows with these filters, some hundreds at a time."""
    tried = try_all_again(work, {name: str(value) for name, value in body.items()})
    return {"retried": tried, "more": tried >= MOST_AT_ONCE}
