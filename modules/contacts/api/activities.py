"""Planned next steps for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.api.versions import check_if_match
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.contacts import schemas
from modules.contacts.api.blueprint import READ, WRITE, blueprint
from modules.contacts.models import Activity
from modules.contacts.services.activities import (
    change_activity,
    drop_activity,
    finish_activity,
    plan_activity,
    reopen_activity,
)
from modules.contacts.services.agenda import ACTIVITIES


@blueprint.get("/activities")
@requires(READ)
@lists(ACTIVITIES, schemas.ActivitySchema)
def activities(work: UnitOfWork, query: ListQuery) -> Page:
    """Planned next steps, the first due on top; ``state`` is open, overdue, done or dropped."""
    return page(work, ACTIVITIES, query)


@blueprint.post("/parties/<uuid:party_id>/activities")
@requires(WRITE)
@writes(schemas.ActivitySchema, takes=schemas.NewActivitySchema, status=201)
def plan(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> Activity:
    """Plan a next step with a party; its owner does it, unless ``assignee_id`` says who."""
    key = body.pop("key")
    return plan_activity(work, party_id, body, key=key)  # type: ignore[arg-type]  # the schema's fields are ActivityFields


@blueprint.get("/activities/<uuid:activity_id>")
@requires(READ)
@reads(schemas.ActivitySchema)
def activity(work: UnitOfWork, activity_id: UUID) -> Activity:
    """One planned next step."""
    return fetch(work, Activity, activity_id)


@blueprint.patch("/activities/<uuid:activity_id>")
@requires(WRITE)
@writes(schemas.ActivitySchema, takes=schemas.ChangedActivitySchema)
def change(work: UnitOfWork, body: dict[str, Any], activity_id: UUID) -> Activity:
    """Change an open one."""
    check_if_match(fetch(work, Activity, activity_id, lock=True))
    return change_activity(work, activity_id, body)  # type: ignore[arg-type]  # as above


@blueprint.post("/activities/<uuid:activity_id>/done")
@requires(WRITE)
@writes(schemas.ActivitySchema, takes=schemas.OutcomeSchema)
def finish(work: UnitOfWork, body: dict[str, Any], activity_id: UUID) -> Activity:
    """It is done, and told on the party's timeline with its outcome."""
    return finish_activity(work, activity_id, body["outcome"])


@blueprint.post("/activities/<uuid:activity_id>/drop")
@requires(WRITE)
@writes(schemas.ActivitySchema)
def drop(work: UnitOfWork, activity_id: UUID) -> Activity:
    """Nobody will do it."""
    return drop_activity(work, activity_id)


@blueprint.post("/activities/<uuid:activity_id>/reopen")
@requires(WRITE)
@writes(schemas.ActivitySchema)
def reopen(work: UnitOfWork, activity_id: UUID) -> Activity:
    """Take back that it was done or dropped."""
    return reopen_activity(work, activity_id)
