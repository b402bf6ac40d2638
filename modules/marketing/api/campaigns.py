"""Campaigns, sends and journeys over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.marketing.api.blueprint import blueprint
from modules.marketing.models import Campaign
from modules.marketing.schemas import (
    CampaignLineSchema,
    CampaignSchema,
    EnrolmentSchema,
    JourneySchema,
    NewCampaignSchema,
    PersonSendSchema,
)
from modules.marketing.services import campaigns as services
from modules.marketing.services.journeys import JOURNEYS
from modules.marketing.services.lists import CAMPAIGNS, ENROLMENTS, SENDS


@blueprint.get("/campaigns")
@requires("marketing.read")
@lists(CAMPAIGNS, CampaignLineSchema)
def campaigns(work: UnitOfWork, query: ListQuery) -> Page:
    """Campaigns, the newest first."""
    return page(work, CAMPAIGNS, query)


@blueprint.post("/campaigns")
@requires("marketing.write")
@writes(CampaignSchema, takes=NewCampaignSchema, status=201)
def add_campaign(work: UnitOfWork, body: dict[str, Any]) -> Campaign:
    """A draft with its first message. A person approves and starts it."""
    written = {name: body.pop(name) for name in ("subject", "text", "html")}
    campaign = services.make_campaign(work, body)
    [message] = services.messages(work, campaign.id)
    services.write_message(work, message.id, written, version=None)
    return campaign


@blueprint.get("/campaigns/<uuid:campaign_id>")
@requires("marketing.read")
@reads(CampaignSchema)
def campaign(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    """One campaign."""
    return fetch(work, Campaign, campaign_id)


@blueprint.get("/sends")
@requires("marketing.read")
@lists(SENDS, PersonSendSchema)
def sends(work: UnitOfWork, query: ListQuery) -> Page:
    """What went to whom, and why not; filter by campaign, party, state or reason."""
    return page(work, SENDS, query)


@blueprint.get("/journeys")
@requires("marketing.read")
@lists(JOURNEYS, JourneySchema)
def journeys(work: UnitOfWork, query: ListQuery) -> Page:
    """Journeys by name."""
    return page(work, JOURNEYS, query)


@blueprint.get("/enrolments")
@requires("marketing.read")
@lists(ENROLMENTS, EnrolmentSchema)
def enrolments(work: UnitOfWork, query: ListQuery) -> Page:
    """Who is on which journey, and how they left it."""
    return page(work, ENROLMENTS, query)
