"""A customer's own questions in the portal: asked, answered and followed there."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import render_template
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core.api.listing import Listing, ListQuery, page
from core.clock import utcnow
from core.companies import visible
from core.errors import Invalid, NotFound
from core.portal import Customer, Download, Item, Items, Section, Sheet, Typed
from core.web import formats
from core.web.atoms import Chip, Chips, state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.light import Tone
from core.work import UnitOfWork
from modules.service.models import Attachment, Message, Ticket
from modules.service.rules.states import Channel, Direction, Kind, TicketState
from modules.service.services.settings import first_queue
from modules.service.services.threads import Entry, add_entry, receive, takes_answers
from modules.service.services.tickets import NewTicket, find_again, get_ticket, open_ticket

_SHOWN = 20
#: Messages of one thread, the latest.
_SAID = 200
_S = TicketState
_OURS, _DONE = Chip(_l("We are at it"), Tone.BLUE), Chip(_l("Done"), Tone.GREEN)
#: What goes on among us is our business: the customer sees whose turn it is.
_STATES: Chips[TicketState] = {
    **dict.fromkeys((_S.NEW, _S.OPEN, _S.WAITING_THIRD_PARTY, _S.REOPENED), _OURS),
    _S.WAITING_CUSTOMER: Chip(_l("Waiting for you"), Tone.AMBER),
    **dict.fromkeys((_S.RESOLVED, _S.CLOSED), _DONE),
    **dict.fromkeys((_S.MERGED, _S.REJECTED, _S.CANCELLED), Chip(_l("Ended"))),
}

_TICKETS = Listing(
    name="portal tickets",
    statement=select(Ticket.id, Ticket.number, Ticket.subject, Ticket.state, Ticket.updated_at),
    sorts={"id": Ticket.id},
    default="-id",
    filters={"party_id": Ticket.party_id},
)


def tickets(customer: Customer, after: str | None, typed: Typed | None, work: UnitOfWork) -> Items:
    mine = {"party_id": str(customer.party_id)}
    found = page(work, _TICKETS, ListQuery(limit=_SHOWN, after=after, filters=mine))
    items = [
        Item(
            key=row.id,
            title=row.subject,
            quiet=f"{row.number}, {formats.ago(row.updated_at)}",
            states=state(row.state, _STATES),
        )
        for row in found.rows
    ]
    form = render_template("service/portal_ask.html", typed=typed)
    return Items(items=items, next=found.next, below=form)


def ticket(customer: Customer, key: UUID, typed: Typed | None, work: UnitOfWork) -> Sheet:
    found = _mine(customer, key, work)
    said = _said(work, key)
    keys = [one.id for one in said]
    columns = Attachment.id, Attachment.message_id, Attachment.name, Attachment.size_bytes
    files = select(*columns).where(Attachment.message_id.in_(keys)).order_by(Attachment.id)
    body = render_template(
        "service/portal_ticket.html",
        ticket=found,
        said=said,
        files=work.session.execute(files).all(),
        may_answer=takes_answers(found, utcnow()),
        typed=typed,
        chips=_STATES,
    )
    return Sheet(title=found.subject, body=body)


def write(
    customer: Customer, key: UUID | None, typed: MultiDict[str, str], work: UnitOfWork
) -> str:
    """A new question, or an answer in one of theirs."""
    names = ("text",) if key else ("subject", "text")
    empty = {name: _("Fill this in.") for name in names if not typed.get(name, "").strip()}
    if empty:
        raise Invalid(_("Please look at the marked fields."), fields=empty)
    entry = Entry(
        direction=Direction.INBOUND,
        text=typed["text"],
        author=customer.name,
        email=customer.email,
    )
    if key is None:
        return _ask(customer, typed, entry, work)
    found = _mine(customer, key, work, lock=True)
    if not takes_answers(found, utcnow()):
        raise Invalid(_("This question has ended. Please ask a new one."))
    receive(work, found, entry)
    return _("We have your answer.")


def attachment(customer: Customer, key: UUID, file: UUID, work: UnitOfWork) -> Download:
    _mine(customer, key, work)
    shown = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == file, Message.ticket_id == key)
        .where(Message.direction != Direction.NOTE)
    )
    if (found := work.session.scalar(shown)) is None:
        raise NotFound(_("There is no such file."))
    return Download(name=found.name, media_type="application/octet-stream", content=found.content)


def _ask(customer: Customer, typed: MultiDict[str, str], entry: Entry, work: UnitOfWork) -> str:
    new = NewTicket(
        subject=typed["subject"],
        queue_id=first_queue(work, customer.company_id).id,
        channel=Channel.PORTAL,
        kind=Kind.COMPLAINT if typed.get("complaint") else Kind.QUESTION,
        party_id=customer.party_id,
        email=customer.email,
        contact=customer.name,
    )
    ticket, _is_new = open_ticket(work, customer.company_id, new)
    add_entry(work, ticket, entry)
    find_again(work, ticket)
    return _("We have your question: it is number %(number)s.", number=ticket.number)


def _mine(customer: Customer, key: UUID, work: UnitOfWork, *, lock: bool = False) -> Ticket:
    found = get_ticket(work, key, lock=lock)
    if found.party_id != customer.party_id:
        raise NotFound(_("There is no such question."))
    return found


def _said(work: UnitOfWork, key: UUID) -> Sequence[Message]:
    """Without what we note among ourselves; the latest ones of a long thread, in order."""
    latest = (
        select(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.ticket_id == key, Message.direction != Direction.NOTE)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(_SAID)
    )
    return list(reversed(work.session.scalars(visible(work, latest)).all()))


SECTIONS = (
    Section(
        name="tickets",
        title=_l("Questions"),
        icon="message",
        empty=_l("Ask us anything: the answers stand here."),
        items=tickets,
        record=ticket,
        act=write,
        download=attachment,
        order=40,
    ),
)
