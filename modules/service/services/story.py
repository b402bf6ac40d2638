"""Lines service writes into the customer's timeline."""

from __future__ import annotations

from core.work import UnitOfWork
from modules.contacts.services import Link, phrase, record
from modules.service.models import Ticket

#: The page of a ticket.
PAGE = "service_pages.ticket"


def tell(work: UnitOfWork, ticket: Ticket, kind: str, *, text: str, **params: str) -> None:
    """Nothing for a stranger. ``text`` is marked by ``lazy`` and names the ticket's ``number``."""
    if ticket.party_id is None:
        return
    record(
        work,
        ticket.party_id,
        kind=f"service.{kind}",
        text=phrase(text, number=ticket.number, **params),
        link=Link(PAGE, {"key": str(ticket.id)}),
    )
