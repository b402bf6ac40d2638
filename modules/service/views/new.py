"""A ticket a colleague enters: somebody called, or stood at the counter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch, home
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.service.rules.states import Channel, Direction, Kind, Priority
from modules.service.services.people import email_of, name_of_party, party_of
from modules.service.services.settings import first_queue
from modules.service.services.threads import Entry, add_entry
from modules.service.services.tickets import NewTicket, find_again, open_ticket
from modules.service.views.blueprint import WRITE, blueprint
from modules.service.views.forms import new_ticket_form
from modules.service.views.tickets import queue_names


@blueprint.route("/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    """``party_id`` in the address: for that customer."""
    party_id = request.args.get("party_id", type=UUID)
    with reading() as work:
        first = _first(work, party_id)
        schema = new_ticket_form(queue_names(work))
    title, back = _("New ticket"), url_for(".index")
    if request.method == "GET":
        return form_page(Form(schema, stored=first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            key = _opened(work, data, party_id)
        return url_for(".ticket", key=key)

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


def _first(work: UnitOfWork, party_id: UUID | None) -> dict[str, Any]:
    """What the form begins with."""
    queue_id = next(iter(queue_names(work)), None)
    known = {"kind": Kind.QUESTION, "priority": Priority.NORMAL, "queue_id": queue_id}
    if party_id is None:
        return known
    party = fetch(work, Party, party_id)
    return {**known, "contact": party.name, "email": email_of(work, party.id)}


def _opened(work: UnitOfWork, data: dict[str, Any], party_id: UUID | None) -> UUID:
    company_id, email = home(work), (data.get("email") or "").casefold()
    text = data.pop("text")
    party_id = party_id or party_of(work, company_id, email)
    contact = data.pop("contact") or name_of_party(work, party_id)
    # Before somebody set up queues there is one: the first ticket makes it.
    queue_id = data.pop("queue_id") or first_queue(work, company_id).id
    given = {**data, "email": email, "contact": contact, "queue_id": queue_id}
    new = NewTicket(channel=Channel.AGENT, party_id=party_id, **given)
    ticket, _is_new = open_ticket(work, company_id, new)
    who = contact or email or work.actor.name
    entry = Entry(direction=Direction.INBOUND, text=text, author=who, email=email)
    add_entry(work, ticket, entry)
    find_again(work, ticket)
    return ticket.id
