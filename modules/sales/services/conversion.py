"""A lead becomes a party and an opportunity, in one transaction and once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from core.clock import utcnow
from core.companies import fetch
from core.errors import RuleBroken
from core.sync.documents import PartyKind
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.models import ContactPoint, Party
from modules.contacts.rules import PointKind, RelationKind, Role
from modules.contacts.rules.likeness import bare_email
from modules.contacts.services import (
    About,
    add_address,
    add_contact_point,
    add_relation,
    create_party,
    phrase,
    record,
)
from modules.contacts.services.activities import hand_over
from modules.contacts.services.duplicates import Alike, find_alike
from modules.contacts.services.following import standing
from modules.sales.events import LeadConverted
from modules.sales.kinds import LEAD
from modules.sales.models import Lead, Opportunity
from modules.sales.rules.leads import LEAD_FLOW, LeadState
from modules.sales.services.leads import known_of, refused
from modules.sales.services.opportunities import OpportunityFields, open_opportunity


class LooksLike(RuleBroken):
    """A new party would probably be a second one of somebody we have."""

    code = "sales.looks_like"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """``party_id`` None makes a new party; where one looks alike, only if ``anyway``."""

    party_id: UUID | None = None
    anyway: bool = False
    opportunity: OpportunityFields
    stage_id: UUID | None = None


def alike_parties(work: UnitOfWork, lead: Lead) -> list[Alike]:
    """Parties the lead may be, with the reasons."""
    return find_alike(work, known_of(lead))


def convert_lead(work: UnitOfWork, lead_id: UUID, wish: Conversion) -> Opportunity:
    """The lead's source, campaign and next steps go along.

    Two that convert the same lead: one does, the other is told who was faster.
    """
    lead = fetch(work, Lead, lead_id, lock=True)
    if lead.state is LeadState.CONVERTED:
        raise refused(lead)
    state = LEAD_FLOW.step(lead.state, LeadState.CONVERTED)
    party = _party(work, lead, wish)
    contact = _contact(work, lead, party) if wish.party_id is None else None
    fields: OpportunityFields = {"contact_id": contact, **wish.opportunity}
    fields.setdefault("owner_id", lead.owner_id)
    fields.setdefault("note", lead.interest)
    opportunity = open_opportunity(
        work, party.id, fields, stage_id=wish.stage_id, utm=dict(lead.utm)
    )
    lead.state, lead.party_id, lead.opportunity_id = state, party.id, opportunity.id
    lead.converted_at, lead.converted_by = utcnow(), work.actor.name
    hand_over(work, About(kind=LEAD, id=lead.id), party.id)
    text = phrase(lazy("Lead converted: %(title)s"), title=lead.title)
    record(work, party.id, kind="sales.lead_converted", text=text)
    work.session.flush()
    work.publish(
        LeadConverted(
            lead_id=lead.id,
            party_id=party.id,
            opportunity_id=opportunity.id,
            company_id=lead.company_id,
            email=lead.email,
            consent_text=lead.consent_text,
        )
    )
    return opportunity


def _party(work: UnitOfWork, lead: Lead, wish: Conversion) -> Party:
    if wish.party_id is not None:
        party = fetch(work, Party, standing(work, wish.party_id))
        if party.company_id != lead.company_id:
            raise RuleBroken(_("The party belongs to another company."))
        _add_points(work, lead, party)
        return party
    if not wish.anyway and (alike := alike_parties(work, lead)):
        names = ", ".join(one.name for one in alike)
        raise LooksLike(
            _("There may be a party for this lead already: %(names)s.", names=names),
            fields={"party_id": _("Choose one of them, or say that it is a new one.")},
        )
    return _new_party(work, lead)


def _new_party(work: UnitOfWork, lead: Lead) -> Party:
    kind = PartyKind.ORGANISATION if lead.organisation else PartyKind.PERSON
    party = create_party(
        work,
        {
            "name": lead.organisation or lead.name,
            "kind": kind,
            "tax_id": lead.tax_id,
            "language": lead.language,
            "owner_id": lead.owner_id,
        },
        roles=[Role.PROSPECT],
    )
    if lead.city or lead.country:
        add_address(work, party.id, {"city": lead.city, "country": lead.country})
    _add_points(work, lead, party)
    return party


def _contact(work: UnitOfWork, lead: Lead, party: Party) -> UUID | None:
    """The person who spoke for a new organisation."""
    if not (lead.organisation and lead.name):
        return None
    person = create_party(
        work, {"name": lead.name, "kind": PartyKind.PERSON, "language": lead.language}
    )
    _add_points(work, lead, person)
    add_relation(work, person.id, party.id, {"kind": RelationKind.WORKS_FOR})
    return person.id


def _add_points(work: UnitOfWork, lead: Lead, party: Party) -> None:
    """Those the party has not yet."""
    held = select(func.lower(ContactPoint.value)).where(ContactPoint.party_id == party.id)
    known = set(work.session.scalars(held))
    for kind, value in ((PointKind.EMAIL, lead.email), (PointKind.PHONE, lead.phone)):
        if value and bare_email(value) not in known:
            add_contact_point(work, party.id, {"kind": kind, "value": value})
