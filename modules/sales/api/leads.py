"""Leads over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from core.api.blueprint import ApiBlueprint
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.api.versions import check_if_match
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.contacts.schemas.merges import AlikesSchema
from modules.sales.models import Lead, Opportunity
from modules.sales.rules.leads import LeadSource
from modules.sales.schemas import leads as schemas
from modules.sales.services.conversion import Conversion, alike_parties, convert_lead
from modules.sales.services.lead_lists import LEADS
from modules.sales.services.leads import (
    Origin,
    capture_lead,
    change_lead,
    disqualify_lead,
    nurture_lead,
    qualify_lead,
    recycle_lead,
    renew_lead,
    work_on_lead,
)

blueprint = ApiBlueprint(
    "sales_leads_api", __name__, description="Leads, from the first word to the opportunity."
)
READ, WRITE = "sales.read", "sales.write"


@blueprint.get("/leads")
@requires(READ)
@lists(LEADS, schemas.LeadSchema)
def leads(work: UnitOfWork, query: ListQuery) -> Page:
    """Leads, the newest first; ``standing=open`` leaves out converted and disqualified ones."""
    return page(work, LEADS, query)


@blueprint.post("/leads")
@requires(WRITE)
@writes(schemas.LeadSchema, takes=schemas.NewLeadSchema, status=201)
def capture(work: UnitOfWork, body: dict[str, Any]) -> Lead:
    """Capture a lead."""
    utm, consent = body.pop("utm"), body.pop("consent_text")
    origin = Origin(source=LeadSource.API, utm=utm, consent_text=consent)
    return capture_lead(work, body, origin)  # type: ignore[arg-type]  # the schema's fields are LeadFields


@blueprint.get("/leads/<uuid:lead_id>")
@requires(READ)
@reads(schemas.LeadSchema)
def lead(work: UnitOfWork, lead_id: UUID) -> Lead:
    """One lead."""
    return fetch(work, Lead, lead_id)


@blueprint.patch("/leads/<uuid:lead_id>")
@requires(WRITE)
@writes(schemas.LeadSchema, takes=schemas.ChangedLeadSchema)
def change(work: UnitOfWork, body: dict[str, Any], lead_id: UUID) -> Lead:
    """Change the fields that are sent."""
    check_if_match(fetch(work, Lead, lead_id, lock=True))
    return change_lead(work, lead_id, body)  # type: ignore[arg-type]  # as above


_STEPS: dict[str, Callable[[UnitOfWork, UUID], Lead]] = {
    "work": work_on_lead,
    "nurture": nurture_lead,
    "qualify": qualify_lead,
    "recycle": recycle_lead,
    "renew": renew_lead,
}


@blueprint.post("/leads/<uuid:lead_id>/<any(work, nurture, qualify, recycle, renew):step>")
@requires(WRITE)
@writes(schemas.LeadSchema)
def take_step(work: UnitOfWork, lead_id: UUID, step: str) -> Lead:
    """Work on it, nurture it, qualify it; recycle a disqualified one, and renew that.

    409 where the lead's state does not allow the step.
    """
    return _STEPS[step](work, lead_id)


@blueprint.post("/leads/<uuid:lead_id>/disqualify")
@requires(WRITE)
@writes(schemas.LeadSchema, takes=schemas.DisqualifySchema)
def disqualify(work: UnitOfWork, body: dict[str, Any], lead_id: UUID) -> Lead:
    """Put it away, with the reason."""
    return disqualify_lead(work, lead_id, body["reason"], body["note"])


@blueprint.get("/leads/<uuid:lead_id>/alike")
@requires(READ)
@reads(AlikesSchema)
def alike(work: UnitOfWork, lead_id: UUID) -> dict[str, Any]:
    """Parties the lead may be, with the reasons: same mail, phone or tax id, a name alike."""
    return {"items": alike_parties(work, fetch(work, Lead, lead_id))}


@blueprint.post("/leads/<uuid:lead_id>/convert")
@requires(WRITE)
@writes(schemas.OpportunitySchema, takes=schemas.ConvertSchema, status=201)
def convert(work: UnitOfWork, body: dict[str, Any], lead_id: UUID) -> Opportunity:
    """Make a qualified lead a party and an opportunity, once.

    409 where a party looks alike and neither it nor ``anyway`` was chosen, and where somebody has
    converted the lead before.
    """
    chosen = {name: body.pop(name) for name in ("party_id", "anyway", "stage_id")}
    return convert_lead(work, lead_id, Conversion(opportunity=body, **chosen))  # type: ignore[arg-type]  # the schema's fields are OpportunityFields
