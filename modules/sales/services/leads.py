"""Leads: captured, worked on, put away. Their conversion is in ``conversion.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.clock import utcnow
from core.companies import fetch, home
from core.errors import Invalid, RuleBroken
from core.security.models import User
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.rules.likeness import Known
from modules.sales.events import LeadCaptured
from modules.sales.models import Lead, LeadForm
from modules.sales.rules.leads import (
    LEAD_FLOW,
    Disqualified,
    LeadFields,
    LeadSource,
    LeadState,
    check_whole,
    clean_lead,
)
from modules.sales.services.finding import find_lead_again

_S = LeadState


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a lead came: through what, from which campaign, agreeing to what."""

    source: LeadSource = LeadSource.HAND
    form: LeadForm | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    consent_text: str | None = None


def capture_lead(work: UnitOfWork, fields: LeadFields, origin: Origin | None = None) -> Lead:
    """A new lead. Raise Invalid naming each field at fault."""
    origin = origin or Origin()
    tidy = clean_lead(fields)
    check_whole(tidy)
    _check_owner(work, tidy)
    form = origin.form
    lead = Lead(
        company_id=form.company_id if form else home(work),
        state=LeadState.NEW,
        source=origin.source,
        form_id=form.id if form else None,
        utm=dict(origin.utm),
        consent_text=origin.consent_text,
        consented_at=utcnow() if origin.consent_text else None,
        **{"owner_id": form.owner_id if form else None, **tidy},
    )
    work.session.add(lead)
    work.session.flush()
    find_lead_again(work, [lead])
    announce_captured(work, lead)
    return lead


def announce_captured(work: UnitOfWork, lead: Lead) -> None:
    work.publish(
        LeadCaptured(
            lead_id=lead.id,
            company_id=lead.company_id,
            source=lead.source.value,
            email=lead.email,
            consent_text=lead.consent_text,
        )
    )


def change_lead(
    work: UnitOfWork, lead_id: UUID, fields: LeadFields, *, version: int | None = None
) -> Lead:
    lead = fetch(work, Lead, lead_id, lock=True)
    check_version(lead, version)
    if lead.state is _S.CONVERTED:
        raise RuleBroken(_("This lead is converted: change the party or the opportunity."))
    tidy = clean_lead(fields)
    check_whole({name: tidy.get(name, getattr(lead, name)) for name in _WHOLE})
    _check_owner(work, tidy)
    for name, value in tidy.items():
        setattr(lead, name, value)
    work.session.flush()
    find_lead_again(work, [lead])
    return lead


def work_on_lead(work: UnitOfWork, lead_id: UUID) -> Lead:
    """Somebody takes it up; who does is its owner, if it has none."""
    lead = _step(work, lead_id, _S.WORKING)
    lead.owner_id = lead.owner_id or work.actor.id
    return lead


def nurture_lead(work: UnitOfWork, lead_id: UUID) -> Lead:
    """Not now, and worth keeping warm."""
    return _step(work, lead_id, _S.NURTURING)


def qualify_lead(work: UnitOfWork, lead_id: UUID) -> Lead:
    """There is a need, and it is ours to serve: ready to be converted."""
    lead = _step(work, lead_id, _S.QUALIFIED)
    lead.owner_id = lead.owner_id or work.actor.id
    return lead


def disqualify_lead(work: UnitOfWork, lead_id: UUID, reason: Disqualified, note: str = "") -> Lead:
    lead = _step(work, lead_id, _S.DISQUALIFIED)
    lead.reason, lead.reason_note = reason, note.strip()[:1000]
    return lead


def recycle_lead(work: UnitOfWork, lead_id: UUID) -> Lead:
    """Worth another try some day; ``renew_lead`` is that day."""
    return _step(work, lead_id, _S.RECYCLED)


def renew_lead(work: UnitOfWork, lead_id: UUID) -> Lead:
    lead = _step(work, lead_id, _S.NEW)
    lead.reason, lead.reason_note = None, ""
    return lead


def known_of(lead: Lead) -> Known:
    """What a party is compared with; the organisation, if there is one, is the customer."""
    return Known(
        name=lead.organisation or lead.name,
        tax_id=lead.tax_id,
        emails=(lead.email,) if lead.email else (),
        phones=(lead.phone,) if lead.phone else (),
    )


def refused(lead: Lead) -> RuleBroken:
    """Why nothing can be done with a lead that somebody has converted meanwhile."""
    when: datetime | None = lead.converted_at
    if lead.state is not _S.CONVERTED or when is None:
        return RuleBroken(_("This lead is %(state)s.", state=_(lead.state.value)))
    return RuleBroken(
        _("%(who)s has converted this lead already.", who=lead.converted_by or _("Somebody"))
    )


#: A new lead that is qualified or put away at once was worked on in between.
_THROUGH_WORKING = frozenset({_S.QUALIFIED, _S.DISQUALIFIED, _S.NURTURING})
_WHOLE = ("name", "organisation", "email", "phone")


def _step(work: UnitOfWork, lead_id: UUID, target: LeadState) -> Lead:
    lead = fetch(work, Lead, lead_id, lock=True)
    if lead.state is _S.CONVERTED:
        raise refused(lead)
    if lead.state is _S.NEW and target in _THROUGH_WORKING:
        lead.state = LEAD_FLOW.step(lead.state, _S.WORKING)
        work.session.flush()
    lead.state = LEAD_FLOW.step(lead.state, target)
    work.session.flush()
    return lead


def _check_owner(work: UnitOfWork, fields: Mapping[str, Any]) -> None:
    owner = fields.get("owner_id")
    if owner is not None and work.session.get(User, owner) is None:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"owner_id": _("There is no such colleague.")},
        )
