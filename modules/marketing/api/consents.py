"""Consents and suppressions over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.companies import fetch, home
from core.errors import NotFound
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.marketing.api.blueprint import blueprint
from modules.marketing.models import ConsentEntry, Suppression
from modules.marketing.rules.states import ConsentSource, ConsentState
from modules.marketing.schemas import (
    EntrySchema,
    NewSuppressionSchema,
    SayConsentSchema,
    StandingsSchema,
    SuppressionSchema,
)
from modules.marketing.services.consents import Said, say, standings
from modules.marketing.services.preferences import agree
from modules.marketing.services.suppressions import SUPPRESSIONS, found, lift, suppress


@blueprint.get("/parties/<uuid:party_id>/consents")
@requires("marketing.read")
@reads(StandingsSchema)
def consents(work: UnitOfWork, party_id: UUID) -> dict[str, Any]:
    """How it stands with a party, per purpose and channel."""
    fetch(work, Party, party_id)
    return {"items": standings(work, party_id)}


@blueprint.post("/parties/<uuid:party_id>/consents")
@requires("marketing.consent")
@writes(EntrySchema, takes=SayConsentSchema, status=201)
def say_consent(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> ConsentEntry:
    """Write down what a person said. Entries are never changed: say anew what is different."""
    fetch(work, Party, party_id)
    said = Said(
        party_id=party_id,
        purpose_id=body["purpose_id"],
        channel=body["channel"],
        state=body["state"],
        basis=body["basis"],
        source=ConsentSource.API,
        address=body["address"],
        proof={"note": body["note"]} if body["note"] else {},
    )
    return agree(work, said) if said.state is ConsentState.GIVEN else say(work, said)


@blueprint.get("/suppressions")
@requires("marketing.read")
@lists(SUPPRESSIONS, SuppressionSchema)
def suppressions(work: UnitOfWork, query: ListQuery) -> Page:
    """Addresses that get no marketing mail, the latest first."""
    return page(work, SUPPRESSIONS, query)


@blueprint.post("/suppressions")
@requires("marketing.consent")
@writes(SuppressionSchema, takes=NewSuppressionSchema, status=201)
def add_suppression(work: UnitOfWork, body: dict[str, Any]) -> Suppression:
    """Suppress an address; one that is on the list keeps its first reason."""
    suppress(work, body["address"], body["reason"], note=body["note"])
    kept = found(work, body["address"], home(work))
    if kept is None:
        raise NotFound(_("There is no such suppression."))
    return kept


@blueprint.delete("/suppressions/<uuid:suppression_id>")
@requires("marketing.consent")
@writes(None)
def lift_suppression(work: UnitOfWork, suppression_id: UUID) -> None:
    """Take an address off the list; consents stay as they are."""
    lift(work, suppression_id)
