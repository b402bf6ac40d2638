"""Ready-made replies, filled in for the ticket at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core.work import UnitOfWork
from modules.service.models import CannedReply, Ticket

_PLACE = re.compile(r"\{(customer|number|subject|agent)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    name: str
    text: str


def canned(work: UnitOfWork, ticket: Ticket) -> list[Filled]:
    """Those of the ticket's company, by name."""
    kept = select(CannedReply).where(CannedReply.company_id == ticket.company_id)
    facts = {
        "customer": ticket.contact or ticket.email,
        "number": ticket.number,
        "subject": ticket.subject,
        "agent": work.actor.name,
    }
    rows = work.session.scalars(kept.order_by(CannedReply.name).limit(100))
    return [Filled(one.name, fill(one.text, facts)) for one in rows]


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Places that are none of ours stay as they are: braces are ordinary letters."""
    return _PLACE.sub(lambda place: facts[place[1]], text)
