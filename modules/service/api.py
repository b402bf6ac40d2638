"""Tickets over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from core.api.blueprint import ApiBlueprint
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.companies import fetch, home
from core.errors import Invalid
from core.security.guard import requires
from core.security.models import User
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.service.models import Queue
from modules.service.rules.states import Channel, Direction, TicketState
from modules.service.schemas import (
    AssignSchema,
    MergeSchema,
    NewTicketSchema,
    NoteSchema,
    ReplySchema,
    StepSchema,
    TicketChangeSchema,
    TicketRowSchema,
    TicketSchema,
)
from modules.service.services.conversation import read_conversation
from modules.service.services.merging import merge, undo_merge
from modules.service.services.people import email_of, name_of_party, party_of
from modules.service.services.settings import first_queue
from modules.service.services.showing import TICKETS
from modules.service.services.threads import Entry, Reply, add_entry, add_note, reply
from modules.service.services.tickets import (
    NewTicket,
    Step,
    assign,
    change_ticket,
    find_again,
    get_ticket,
    move,
    open_ticket,
)

blueprint = ApiBlueprint("service", __name__, description="What customers ask, and its answers.")


@blueprint.get("/tickets")
@requires("service.read")
@lists(TICKETS, TicketRowSchema)
def tickets(work: UnitOfWork, query: ListQuery) -> Page:
    """Tickets, the sooner due first.

    ``due=soon`` are those due within hours, ``due=late`` those of a broken promise;
    ``assignee_id=nobody`` those nobody has.
    """
    return page(work, TICKETS, query)


@blueprint.post("/tickets")
@requires("service.write")
@writes(TicketSchema, takes=NewTicketSchema, status=201)
def add_ticket(work: UnitOfWork, body: dict[str, Any]) -> SimpleNamespace:
    """Open a ticket.

    Without ``queue_id`` it goes to the company's first queue; without ``party_id`` to whoever is
    reached at ``email``. A ``client_reference`` seen before answers the ticket it opened then.
    """
    company_id, text = home(work), body.pop("text")
    new = NewTicket(channel=Channel.API, **{**body, **_who(work, company_id, body)})
    ticket, is_new = open_ticket(work, company_id, new)
    if is_new:
        who = new.contact or new.email or work.actor.name
        entry = Entry(direction=Direction.INBOUND, text=text, author=who, email=new.email)
        add_entry(work, ticket, entry)
        find_again(work, ticket)
    return _shown(work, ticket.id)


def _who(work: UnitOfWork, company_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Whom it concerns and where it goes; what is named must be there. Raise NotFound."""
    party_id, email = body["party_id"], body["email"].casefold()
    if party_id is not None:
        fetch(work, Party, party_id)
        email = email or email_of(work, party_id)
    party_id = party_id or party_of(work, company_id, email)
    queue = fetch(work, Queue, body["queue_id"]) if body["queue_id"] else None
    return {
        "party_id": party_id,
        "email": email,
        "contact": body["contact"] or name_of_party(work, party_id),
        "queue_id": (queue or first_queue(work, company_id)).id,
    }


@blueprint.get("/tickets/<uuid:ticket_id>")
@requires("service.read")
@reads(TicketSchema)
def ticket(work: UnitOfWork, ticket_id: UUID) -> SimpleNamespace:
    """A ticket with what was said, and how its promises stand."""
    return _shown(work, ticket_id)


@blueprint.patch("/tickets/<uuid:ticket_id>")
@requires("service.write")
@writes(TicketSchema, takes=TicketChangeSchema)
def change(work: UnitOfWork, body: dict[str, Any], ticket_id: UUID) -> SimpleNamespace:
    """Change the fields that are given; what is due follows."""
    version = body.pop("version")
    for name, model in (("queue_id", Queue), ("party_id", Party)):
        if body.get(name) is not None:
            fetch(work, model, body[name])
    change_ticket(work, ticket_id, body, version=version)
    return _shown(work, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/state")
@requires("service.write")
@writes(TicketSchema, takes=StepSchema)
def change_state(work: UnitOfWork, body: dict[str, Any], ticket_id: UUID) -> SimpleNamespace:
    """Move it to another state. 409 where the way does not lead there."""
    if body["state"] is TicketState.MERGED:
        raise Invalid(_("Merge it into another ticket."), fields={"state": ""})
    step = Step(target=body["state"], reason=body["reason"])
    move(work, get_ticket(work, ticket_id, lock=True), step)
    return _shown(work, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/replies")
@requires("service.write")
@writes(TicketSchema, takes=ReplySchema, status=201)
def answer(work: UnitOfWork, body: dict[str, Any], ticket_id: UUID) -> SimpleNamespace:
    """Answer the customer by mail, once."""
    reply(work, ticket_id, Reply(text=body["text"], then=body["then"]))
    return _shown(work, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/notes")
@requires("service.write")
@writes(TicketSchema, takes=NoteSchema, status=201)
def note(work: UnitOfWork, body: dict[str, Any], ticket_id: UUID) -> SimpleNamespace:
    """Add a note that the customer does not see."""
    add_note(work, ticket_id, body["text"])
    return _shown(work, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/assign")
@requires("service.write")
@writes(TicketSchema, takes=AssignSchema)
def give(work: UnitOfWork, body: dict[str, Any], ticket_id: UUID) -> SimpleNamespace:
    """Give it to a colleague, or to nobody."""
    wanted = body["assignee_id"]
    if wanted is not None and work.session.get(User, wanted) is None:
        raise Invalid(_("There is no such colleague."), fields={"assignee_id": ""})
    assign(work, [ticket_id], wanted)
    return _shown(work, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/merge")
@requires("service.write")
@writes(TicketSchema, takes=MergeSchema)
def merge_into(work: UnitOfWork, body: dict[str, Any], ticket_id: UUID) -> SimpleNamespace:
    """Make it part of another ticket; ``unmerge`` takes it out again."""
    merge(work, ticket_id, body["into_id"])
    return _shown(work, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/unmerge")
@requires("service.write")
@writes(TicketSchema)
def unmerge(work: UnitOfWork, ticket_id: UUID) -> SimpleNamespace:
    """Take it out of the ticket it was merged into."""
    undo_merge(work, ticket_id)
    return _shown(work, ticket_id)


def _shown(work: UnitOfWork, ticket_id: UUID) -> SimpleNamespace:
    work.session.flush()
    found = read_conversation(work, ticket_id)
    own = {name: getattr(found.ticket, name) for name in TicketSchema().fields if name not in _MORE}
    return SimpleNamespace(**own, messages=found.messages, standings=found.standings)


_MORE = frozenset({"messages", "standings"})
