"""What lists and pages show of tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from core.api.listing import Listing
from core.api.parsing import parse
from core.clock import utcnow
from core.search import matching
from core.security.models import User
from modules.contacts.models import Party
from modules.service.kinds import TICKET
from modules.service.models import Queue, Ticket
from modules.service.rules.states import UNDONE

#: "Due soon" looks so far ahead.
SOON = timedelta(hours=8)

# Subqueries and not joins: a ticket of a stranger has neither party nor assignee.
_PARTY = select(Party.name).where(Party.id == Ticket.party_id).scalar_subquery()
_ASSIGNEE = select(User.name).where(User.id == Ticket.assignee_id).scalar_subquery()
_QUEUE = select(Queue.name).where(Queue.id == Ticket.queue_id).scalar_subquery()

ROWS: Select[*tuple[Any, ...]] = select(
    Ticket.id,
    Ticket.number,
    Ticket.subject,
    Ticket.kind,
    Ticket.priority,
    Ticket.state,
    Ticket.channel,
    Ticket.party_id,
    _PARTY.label("party"),
    Ticket.email,
    Ticket.contact,
    Ticket.queue_id,
    _QUEUE.label("queue"),
    Ticket.assignee_id,
    _ASSIGNEE.label("assignee"),
    Ticket.due_at,
    Ticket.response_due_at,
    Ticket.resolution_due_at,
    Ticket.response_breached_at,
    Ticket.resolution_breached_at,
    Ticket.responded_at,
    Ticket.resolved_at,
    Ticket.escalation_level,
    Ticket.created_at,
    Ticket.updated_at,
    Ticket.version,
)


def _when(text: str) -> ColumnElement[bool]:
    """``soon``: due within hours, or overdue; ``late``: a promise is broken already."""
    undone = Ticket.state.in_(UNDONE)
    if text == "soon":
        return and_(undone, Ticket.due_at <= utcnow() + SOON)
    if text == "late":
        return and_(undone, or_(Ticket.due_at <= utcnow(), _BROKEN))
    raise ValueError("soon, late")


_BROKEN = or_(Ticket.response_breached_at.is_not(None), Ticket.resolution_breached_at.is_not(None))


def _open(text: str) -> ColumnElement[bool]:
    undone = Ticket.state.in_(UNDONE)
    if text in {"true", "false"}:
        return undone if text == "true" else Ticket.state.not_in(UNDONE)
    raise ValueError("true, false")


def _assigned(text: str) -> ColumnElement[bool]:
    """A colleague's id, or ``nobody``."""
    if text == "nobody":
        return Ticket.assignee_id.is_(None)
    theirs: ColumnElement[bool] = Ticket.assignee_id == parse(text, Ticket.assignee_id.type)
    return theirs


def _search(text: str) -> ColumnElement[bool]:
    return Ticket.id.in_(matching(TICKET, text))


TICKETS = Listing(
    name="tickets",
    statement=ROWS,
    sorts={
        "number": Ticket.number,
        "created_at": Ticket.created_at,
        "updated_at": Ticket.updated_at,
        "due_at": Ticket.due_at,
    },
    default="due_at",
    filters={
        "state": Ticket.state,
        "open": _open,
        "due": _when,
        "kind": Ticket.kind,
        "priority": Ticket.priority,
        "queue_id": Ticket.queue_id,
        "assignee_id": _assigned,
        "party_id": Ticket.party_id,
        "channel": Ticket.channel,
        "about_id": Ticket.about_id,
        "email": Ticket.email,
        "number": Ticket.number,
        "client_reference": Ticket.client_reference,
    },
    search=_search,
)
