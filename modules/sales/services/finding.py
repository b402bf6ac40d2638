"""What leads and opportunities are found by."""

from __future__ import annotations

from collections.abc import Iterable

from core import search
from core.work import UnitOfWork
from modules.contacts.rules import digits
from modules.sales.kinds import LEAD, OPPORTUNITY
from modules.sales.models import Lead, Opportunity


def find_lead_again(work: UnitOfWork, leads: Iterable[Lead]) -> None:
    """Index them as they are now, in one statement for any number."""
    texts = {
        lead.id: [
            text
            for text in (lead.name, lead.organisation, lead.email, lead.phone, lead.city)
            if text
        ]
        + [digits(lead.phone or "")]
        for lead in leads
    }
    search.put(work.session, LEAD, texts)


def find_opportunity_again(work: UnitOfWork, opportunity: Opportunity) -> None:
    """By its own name and number; the list looks for its customer among the parties."""
    texts = [opportunity.name, opportunity.number]
    search.put(work.session, OPPORTUNITY, {opportunity.id: texts})
