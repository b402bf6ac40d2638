"""Lists of leads and of opportunities: what they show, sort, filter and search by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from core.api.listing import Listing
from core.search import matching
from core.security.models import User
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.sales.kinds import LEAD, OPPORTUNITY
from modules.sales.models import Lead, Opportunity, Stage
from modules.sales.rules.leads import LeadState

_LEAD_OWNER = select(User.name).where(User.id == Lead.owner_id).scalar_subquery()
_OWNER = select(User.name).where(User.id == Opportunity.owner_id).scalar_subquery()

_LEADS: Select[*tuple[Any, ...]] = select(
    Lead.id,
    Lead.state,
    Lead.name,
    Lead.organisation,
    Lead.email,
    Lead.phone,
    Lead.tax_id,
    Lead.city,
    Lead.country,
    Lead.language,
    Lead.interest,
    Lead.owner_id,
    _LEAD_OWNER.label("owner"),
    Lead.source,
    Lead.utm,
    Lead.consent_text,
    Lead.reason,
    Lead.party_id,
    Lead.opportunity_id,
    Lead.created_at,
    Lead.updated_at,
    Lead.version,
)


def _standing(text: str) -> ColumnElement[bool]:
    """``open``: nobody has converted it or put it away."""
    if text != "open":
        raise ValueError("open")
    return Lead.state.in_(
        (LeadState.NEW, LeadState.WORKING, LeadState.NURTURING, LeadState.QUALIFIED)
    )


LEADS = Listing(
    name="leads",
    statement=_LEADS,
    sorts={"created_at": Lead.created_at, "updated_at": Lead.updated_at},
    default="-created_at",
    filters={
        "state": Lead.state,
        "standing": _standing,
        "source": Lead.source,
        "owner_id": Lead.owner_id,
        "import_id": Lead.import_id,
        "form_id": Lead.form_id,
        "reason": Lead.reason,
        "email": Lead.email,
        "party_id": Lead.party_id,
    },
    search=lambda text: Lead.id.in_(matching(LEAD, text)),
)

_OPPORTUNITIES: Select[*tuple[Any, ...]] = (
    select(
        Opportunity.id,
        Opportunity.number,
        Opportunity.name,
        Opportunity.party_id,
        Party.name.label("party"),
        Opportunity.contact_id,
        Opportunity.stage_id,
        Stage.name.label("stage"),
        Stage.pipeline_id,
        Stage.probability,
        Opportunity.state,
        Opportunity.owner_id,
        _OWNER.label("owner"),
        Opportunity.expected,
        Opportunity.currency,
        Opportunity.closes_on,
        Opportunity.stage_since,
        Opportunity.closed_at,
        Opportunity.competitor,
        Opportunity.created_at,
        Opportunity.version,
    )
    .join(Party, Party.id == Opportunity.party_id)
    .join(Stage, Stage.id == Opportunity.stage_id)
)


def _search(text: str) -> ColumnElement[bool]:
    """Its own name or number, or its customer."""
    return or_(
        Opportunity.id.in_(matching(OPPORTUNITY, text)),
        Opportunity.party_id.in_(matching(PARTY, text)),
    )


OPPORTUNITIES = Listing(
    name="opportunities",
    statement=_OPPORTUNITIES,
    sorts={
        "created_at": Opportunity.created_at,
        "closes_on": Opportunity.closes_on,
        "number": Opportunity.number,
    },
    default="-created_at",
    filters={
        "state": Opportunity.state,
        "stage_id": Opportunity.stage_id,
        "pipeline_id": Stage.pipeline_id,
        "owner_id": Opportunity.owner_id,
        "party_id": Opportunity.party_id,
        "lost_reason_id": Opportunity.lost_reason_id,
        "competitor": Opportunity.competitor,
    },
    search=_search,
)
