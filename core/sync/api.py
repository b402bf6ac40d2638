"""Connections and the state of the sync over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields, validate

from core.api.blueprint import ApiBlueprint
from core.api.describe import answers, envelope
from core.api.fields import DecimalString, Id, Moment
from core.api.listing import ListQuery, Page, page
from core.api.routes import json_answer, lists, reads, writes
from core.companies import fetch, home
from core.requests import actor, host, let_go, reading
from core.security.guard import requires
from core.sync import connections as services
from core.sync.changing import Risks, set_pace, take_risks
from core.sync.models import Connection, PlanPurpose
from core.sync.overview import Health, overview
from core.sync.plans import propose
from core.sync.sent import OUTBOX
from core.work import UnitOfWork

connections_blueprint = ApiBlueprint(
    "connections_api", __name__, description="Connections to ERPs."
)
sync_blueprint = ApiBlueprint("sync_api", __name__, description="What is on its way, and what not.")


class ConnectionSchema(Schema):
    id = Id()
    name = fields.String()
    connector = fields.String()
    state = fields.String(
        metadata={"description": "One of draft, live, paused, needs_credentials."}
    )
    is_default = fields.Boolean(metadata={"description": "The company's orders go here."})
    company_id = Id()
    settings = fields.Dict(metadata={"description": "Without what is secret."})
    answer = fields.String(metadata={"description": "The ERP's words at the last good test."})
    checked_at = Moment(allow_none=True)
    calls_per_second = DecimalString(6, allow_none=True)
    tolerance = DecimalString(4, metadata={"description": "Per line, in the order's currency."})
    accepts_at_most_once = fields.Boolean(
        metadata={"description": "Orders go even to an ERP that can not be asked for them."}
    )
    last_error = fields.String()
    last_error_at = Moment(allow_none=True)


class HealthSchema(ConnectionSchema):
    health = fields.String(metadata={"description": "What is the matter, in a sentence."})
    advice = fields.String(metadata={"description": "What a person should do; empty for nothing."})
    on_the_way = fields.Integer()
    waiting = fields.Integer()
    in_doubt = fields.Integer()
    stopped = fields.Integer()
    oldest_at = Moment(allow_none=True)


class NewConnectionSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(1, 64))
    connector = fields.String(required=True, validate=validate.Length(1, 64))
    settings = fields.Dict(keys=fields.String(), load_default=dict)


class SettingsSchema(Schema):
    settings = fields.Dict(keys=fields.String(), required=True)


class PaceSchema(Schema):
    calls_per_second = DecimalString(
        6, required=True, allow_none=True, metadata={"description": "Null: no limit."}
    )


class RiskSchema(Schema):
    """What is left out stays as it is."""

    tolerance = DecimalString(4)
    accepts_at_most_once = fields.Boolean()


class CheckedSchema(Schema):
    ok = fields.Boolean()
    words = fields.String(metadata={"description": "The ERP's answer, or what is wrong."})


class RowSchema(Schema):
    id = Id()
    kind = fields.String()
    local_id = Id()
    reference = fields.String(allow_none=True)
    external_id = fields.String(allow_none=True)
    connection = fields.String(allow_none=True)
    state = fields.String()
    delivery = fields.String(allow_none=True)
    message = fields.String()
    field = fields.String(allow_none=True)
    error = fields.String(allow_none=True)
    attempts = fields.Integer()
    due_at = Moment()
    created_at = Moment()


_HEALTH, _HEALTHS, _CHECKED = HealthSchema(), envelope(HealthSchema)(), CheckedSchema()


@connections_blueprint.get("/connections")
@requires("core.sync")
@answers(_HEALTHS)
def list_connections() -> Response:
    """Every connection, how it fares, and what to do about it."""
    with reading() as work:
        items = [_shown(health) for health in overview(work) if health.connection]
    return json_answer({"items": items, "next": None})


@connections_blueprint.post("/connections")
@requires("core.connections")
@writes(ConnectionSchema, takes=NewConnectionSchema, status=201)
def add_connection(work: UnitOfWork, body: dict[str, Any]) -> Connection:
    """Set a connection up. It stays a draft until it was tested well.

    Nothing is read over before the plan of its first load is approved: see ``/plans``.
    """
    made = services.add(work, host(), company_id=home(work), **body)
    propose(work, made.id, PlanPurpose.FIRST_LOAD)
    return made


@connections_blueprint.get("/connections/<uuid:connection_id>")
@requires("core.sync")
@reads(ConnectionSchema)
def connection(work: UnitOfWork, connection_id: UUID) -> Connection:
    """One connection."""
    return fetch(work, Connection, connection_id)


@connections_blueprint.post("/connections/<uuid:connection_id>/settings")
@requires("core.connections")
@writes(ConnectionSchema, takes=SettingsSchema)
def configure(work: UnitOfWork, body: dict[str, Any], connection_id: UUID) -> Connection:
    """Other settings. A secret that is left out or empty stays as it was."""
    return services.configure(work, host(), connection_id, body["settings"])


@connections_blueprint.post("/connections/<uuid:connection_id>/pace")
@requires("core.connections")
@writes(ConnectionSchema, takes=PaceSchema)
def pace(work: UnitOfWork, body: dict[str, Any], connection_id: UUID) -> Connection:
    """Calls per second at most, of all processes together."""
    found = fetch(work, Connection, connection_id, lock=True)
    set_pace(found, body["calls_per_second"])
    return found


@connections_blueprint.post("/connections/<uuid:connection_id>/risk")
@requires("core.connections")
@writes(ConnectionSchema, takes=RiskSchema)
def risk(work: UnitOfWork, body: dict[str, Any], connection_id: UUID) -> Connection:
    """What the company takes upon itself there; kept in the history, with who did."""
    found = fetch(work, Connection, connection_id, lock=True)
    tolerance = body.get("tolerance", found.tolerance)
    at_most_once = body.get("accepts_at_most_once", found.accepts_at_most_once)
    take_risks(found, Risks(tolerance=tolerance, at_most_once=at_most_once))
    return found


@connections_blueprint.post("/connections/<uuid:connection_id>/test")
@requires("core.connections")
@answers(_CHECKED)
def test(connection_id: UUID) -> Response:
    """Log in and ask the ERP who it is. A draft works from a good answer on."""
    let_go()
    return json_answer(_CHECKED.dump(services.check(host(), actor(), connection_id)))


@connections_blueprint.post("/connections/<uuid:connection_id>/pause")
@requires("core.sync_act")
@writes(ConnectionSchema)
def pause(work: UnitOfWork, connection_id: UUID) -> Connection:
    """Send and read nothing until it is resumed; nothing is lost."""
    services.pause(work, connection_id)
    return fetch(work, Connection, connection_id)


@connections_blueprint.post("/connections/<uuid:connection_id>/resume")
@requires("core.sync_act")
@answers(_CHECKED)
def resume(connection_id: UUID) -> Response:
    """Test, and work again if the answer is good."""
    let_go()
    return json_answer(_CHECKED.dump(services.resume(host(), actor(), connection_id)))


@sync_blueprint.get("/sync/outbox")
@requires("core.sync")
@lists(OUTBOX, RowSchema)
def outbox_rows(work: UnitOfWork, query: ListQuery) -> Page:
    """What is and was to be sent, the newest first."""
    return page(work, OUTBOX, query)


def _shown(health: Health) -> dict[str, Any]:
    counts = {
        name: getattr(health, name)
        for name in ("on_the_way", "waiting", "in_doubt", "stopped", "oldest_at", "advice")
    }
    shown = ConnectionSchema().dump(health.connection)
    moment = _HEALTH.dump({"oldest_at": health.oldest_at})
    return {**shown, **counts, **moment, "health": health.words}
