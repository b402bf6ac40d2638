"""The page of a ticket: what was said, who asks, and how much time is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.api.gate import leads_somewhere
from core.mail.models import MailState
from core.requests import reading, writing
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.slots import panels
from core.work import UnitOfWork
from modules.service import words
from modules.service.models import Ticket
from modules.service.rules.states import FINAL, TICKET_FLOW, About, Kind, TicketState, way
from modules.service.services.conversation import (
    Conversation,
    Standing,
    read_conversation,
    read_file,
    typing,
)
from modules.service.services.replies import canned
from modules.service.services.threads import keep_draft
from modules.service.services.tickets import get_ticket
from modules.service.views.blueprint import READ, WRITE, blueprint
from modules.service.views.tickets import colleagues

#: Where other modules hang their part of a ticket's page.
SLOT = "service.ticket"
#: The slot of a party's page: what stands there about the customer stands here as well.
CUSTOMER = "contacts.customer"
_PAGES = {About.ORDER: "sales_pages.order", About.INVOICE: "billing_pages.invoice"}
#: What became of our mail, where it is not simply sent.
MAILS = {
    None: _l("on its way"),
    MailState.WAITING: _l("on its way"),
    MailState.SENDING: _l("on its way"),
    MailState.SENT: _l("sent"),
    MailState.IN_DOUBT: _l("in doubt: it may have gone out"),
    MailState.FAILED: _l("not sent"),
}
#: A person decides whether these go out once more.
STUCK = frozenset({MailState.IN_DOUBT, MailState.FAILED})
#: Shown in a browser as they are; all others are only saved.
_SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@blueprint.get("/<uuid:key>")
@requires(READ)
def ticket(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = read_conversation(work, key)
        page = _context(work, found)
    crumbs = [(_("Tickets"), url_for(".index")), (found.ticket.number, "")]
    return render_template("service/ticket.html", crumbs=crumbs, **page)


def _context(work: UnitOfWork, found: Conversation) -> dict[str, Any]:
    one = found.ticket
    return {
        "whole": found,
        "ticket": one,
        "words": words,
        "clocks": clock_chips(one, found.standings),
        "others": typing(work, one.id),
        "mails": MAILS,
        "stuck": STUCK,
        "people": colleagues(work),
        "canned": canned(work, one),
        "about": _about(one),
        "ways": ways_on(one),
        "ended": one.state in FINAL,
        "panels": panels(SLOT, one.id, work),
        "customer": panels(CUSTOMER, one.party_id, work) if one.party_id else "",
    }


def clock_chips(one: Ticket, standings: Sequence[Standing]) -> list[Markup]:
    if one.state in {TicketState.MERGED, TicketState.REJECTED, TicketState.CANCELLED}:
        return []
    return [words.target_chip(s.target, s.mark, s.due_at, s.left) for s in standings]


def ways_on(one: Ticket) -> list[TicketState]:
    """Where a click may bring the ticket; what needs words has a form of its own."""
    offered = (
        TicketState.OPEN,
        TicketState.WAITING_CUSTOMER,
        TicketState.WAITING_THIRD_PARTY,
        TicketState.RESOLVED,
        TicketState.CLOSED,
        TicketState.REOPENED,
    )
    return [state for state in offered if state is not one.state and _leads(one, state)]


def _leads(one: Ticket, state: TicketState) -> bool:
    if one.kind is Kind.COMPLAINT and state is TicketState.CLOSED:
        return False
    if TICKET_FLOW.allows(one.state, state):
        return True
    return TICKET_FLOW.allows(one.state, TicketState.OPEN) and len(_way(one, state)) == 2


def _way(one: Ticket, state: TicketState) -> list[TicketState]:
    return way(one.state, state) if TICKET_FLOW.allows(TicketState.OPEN, state) else []


def _about(one: Ticket) -> tuple[str, str] | None:
    """Title and address of what the ticket is about, where its module has a page."""
    if one.about is None or one.about_id is None:
        return None
    endpoint = _PAGES[one.about]
    known = endpoint in current_app.view_functions and leads_somewhere(endpoint)
    return _(words.ABOUT[one.about]), url_for(endpoint, key=one.about_id) if known else ""


@blueprint.get("/<uuid:key>/others")
@requires(READ)
def others(key: UUID) -> ResponseReturnValue:
    """Who else is writing in it: the part of the page that renews itself."""
    with reading() as work:
        one = get_ticket(work, key)
        names = typing(work, key)
    return render_template("service/others.html", ticket=one, others=names)


@blueprint.post("/<uuid:key>/draft")
@requires(WRITE)
def draft(key: UUID) -> ResponseReturnValue:
    """Keep what is being typed, so that it is not lost and others see that somebody answers."""
    with writing() as work:
        get_ticket(work, key)
        keep_draft(work, key, request.form.get("text", ""))
        names = typing(work, key)
        one = get_ticket(work, key)
    return render_template("service/others.html", ticket=one, others=names)


@blueprint.get("/<uuid:key>/files/<uuid:file_id>")
@requires(READ)
def file(key: UUID, file_id: UUID) -> Response:
    """Saved and not opened, unless it is a picture: nothing strangers send is a page of ours."""
    with reading() as work:
        found = read_file(work, key, file_id)
        response = make_response(found.content)
        is_shown = found.media_type in _SHOWN_TYPES
        response.mimetype = found.media_type if is_shown else "application/octet-stream"
        response.headers.set(
            "Content-Disposition", "inline" if is_shown else "attachment", filename=found.name
        )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
