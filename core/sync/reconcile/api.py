"""Statements over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from core.api.blueprint import ApiBlueprint
from core.api.fields import Id, Moment
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.companies import fetch
from core.security.guard import requires
from core.sync.reconcile.asking import ask, pull_again
from core.sync.reconcile.lists import DIFFERENCES, STATEMENTS
from core.sync.reconcile.models import Reconciliation, Statement
from core.work import UnitOfWork

blueprint = ApiBlueprint(
    "statements_api", __name__, description="The proof that both sides agree, document by document."
)


class StatementSchema(Schema):
    id = Id()
    connection_id = Id()
    connection = fields.String()
    first = fields.Date(metadata={"description": "Dates are those the ERP writes on documents."})
    last = fields.Date()
    agrees = fields.Boolean()
    differences = fields.Integer()
    kinds = fields.List(
        fields.Dict(),
        metadata={"description": "Per kind: counts, exact sums and digest of both sides."},
    )
    made_at = Moment()
    made_by = fields.String()
    here = fields.String(metadata={"description": "This system and its version."})
    there = fields.String(metadata={"description": "The ERP's name and version."})
    hash = fields.String(metadata={"description": "SHA-256 of all the statement says."})


class DifferenceSchema(Schema):
    id = Id()
    statement_id = Id()
    kind = fields.String()
    day = fields.Date(allow_none=True)
    what = fields.String()
    remedy = fields.String(metadata={"description": "One of pull_again, look, cancel_there, wait."})
    name = fields.String()
    external_id = fields.String(allow_none=True)
    local_id = Id(allow_none=True)
    ours = fields.Dict(allow_none=True)
    theirs = fields.Dict(allow_none=True)
    note = fields.String()


class NewStatementSchema(Schema):
    connection_id = Id(required=True)
    kinds = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        load_default=list,
        metadata={"description": "Like sales.order; empty for all."},
    )
    first = fields.Date(required=True)
    last = fields.Date(required=True, metadata={"description": "Included."})


class RunSchema(Schema):
    id = Id()
    connection_id = Id()
    first = fields.Date()
    last = fields.Date()
    state = fields.String(metadata={"description": "One of queued, running, done, failed."})
    kind = fields.String(metadata={"description": "What is being compared just now."})
    read = fields.Integer(metadata={"description": "Records of it read from the ERP so far."})
    message = fields.String()
    statement_id = Id(allow_none=True)


class AgainSchema(Schema):
    records = fields.Integer()


@blueprint.get("/sync/statements")
@requires("core.sync")
@lists(STATEMENTS, StatementSchema)
def statements(work: UnitOfWork, query: ListQuery) -> Page:
    """Statements, the newest first."""
    return page(work, STATEMENTS, query)


@blueprint.post("/sync/statements")
@requires("core.reconcile")
@writes(RunSchema, takes=NewStatementSchema, status=202)
def make(work: UnitOfWork, body: dict[str, Any]) -> Reconciliation:
    """Ask for a statement. It is made by a worker; the answer is its run, to be looked at again."""
    return ask(work, body["connection_id"], body["kinds"], first=body["first"], last=body["last"])


@blueprint.get("/sync/statements/runs/<uuid:run_id>")
@requires("core.sync")
@reads(RunSchema)
def run(work: UnitOfWork, run_id: UUID) -> Reconciliation:
    """How far a statement is that was asked for."""
    return fetch(work, Reconciliation, run_id)


@blueprint.get("/sync/statements/<uuid:statement_id>")
@requires("core.sync")
@reads(StatementSchema)
def statement(work: UnitOfWork, statement_id: UUID) -> Statement:
    """One statement, per kind."""
    return fetch(work, Statement, statement_id)


@blueprint.get("/sync/statements/differences")
@requires("core.sync")
@lists(DIFFERENCES, DifferenceSchema)
def differences(work: UnitOfWork, query: ListQuery) -> Page:
    """Differences named by document, with both values; filter by ``statement_id``."""
    return page(work, DIFFERENCES, query)


@blueprint.post("/sync/statements/<uuid:statement_id>/pull-again")
@requires("core.reconcile")
@writes(AgainSchema)
def again(work: UnitOfWork, statement_id: UUID) -> dict[str, int]:
    """Read again all records for which that is the remedy; nothing is written in the ERP."""
    return {"records": pull_again(work, statement_id)}
