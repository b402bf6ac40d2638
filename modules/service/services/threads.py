"""What is said in a ticket: by the customer, by us, and among ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from core.clock import utcnow
from core.errors import Invalid, RuleBroken, Stale
from core.jobs.queue import enqueue
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.models import Attachment, Draft, Message, Ticket
from modules.service.rules.mime import File
from modules.service.rules.states import FINAL, Direction, TicketState
from modules.service.services.clocks import reckon
from modules.service.services.tickets import Step, get_ticket, move

#: The job that puts a reply into the outbox of mails.
DELIVER = "service.deliver"
#: A customer who writes again within this opens a resolved ticket again.
REOPENS_WITHIN = timedelta(days=14)
_LONGEST_TEXT = 100_000
_MOST_AN_HOUR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is put into the thread."""

    direction: Direction
    text: str
    author: str
    email: str = ""
    quoted: str = ""
    message_id: str | None = None
    automatic: bool = False
    remark: str = ""
    files: Sequence[File] = field(default_factory=tuple)


def add_entry(work: UnitOfWork, ticket: Ticket, entry: Entry) -> Message:
    message = Message(
        ticket_id=ticket.id,
        direction=entry.direction,
        author=entry.author,
        author_id=work.actor.id if entry.direction is not Direction.INBOUND else None,
        email=entry.email,
        text=entry.text[:_LONGEST_TEXT],
        quoted=entry.quoted,
        message_id=entry.message_id,
        automatic=entry.automatic,
        remark=entry.remark,
    )
    work.session.add(message)
    work.session.flush()
    work.session.add_all(
        Attachment(
            message_id=message.id,
            name=one.name,
            media_type=one.media_type,
            size_bytes=len(one.content),
            content=one.content,
        )
        for one in entry.files
    )
    # Whoever looks at the list sees that something happened, and a stale form is refused.
    ticket.updated_at = utcnow()
    work.session.flush()
    return message


def receive(work: UnitOfWork, ticket: Ticket, entry: Entry) -> Message:
    """The customer wrote in a locked ticket: it is our turn again."""
    message = add_entry(work, ticket, entry)
    if ticket.state is TicketState.WAITING_CUSTOMER:
        move(work, ticket, Step(target=TicketState.OPEN, at=message.at))
    elif ticket.state is TicketState.RESOLVED:
        move(work, ticket, Step(target=TicketState.REOPENED, at=message.at))
    return message


def takes_answers(ticket: Ticket, now: datetime) -> bool:
    """False when what the customer writes is a new question."""
    if ticket.state in FINAL:
        return False
    since = ticket.resolved_at if ticket.state is TicketState.RESOLVED else None
    return since is None or now - since <= REOPENS_WITHIN


def add_note(work: UnitOfWork, ticket_id: UUID, text: str) -> Message:
    """For colleagues only."""
    ticket = get_ticket(work, ticket_id, lock=True)
    entry = Entry(direction=Direction.NOTE, text=_said(text), author=work.actor.name)
    return add_entry(work, ticket, entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``then`` is where the ticket goes behind it; ``seen`` the last message the writer saw."""

    text: str
    then: TicketState = TicketState.WAITING_CUSTOMER
    seen: UUID | None = None


def reply(work: UnitOfWork, ticket_id: UUID, wish: Reply) -> Message:
    """Answer the customer by mail. Raise Stale when somebody wrote since ``seen``."""
    ticket = get_ticket(work, ticket_id, lock=True)
    text = _said(wish.text)
    _check_answerable(ticket)
    _check_seen(work, ticket, wish.seen)
    entry = Entry(
        direction=Direction.OUTBOUND, text=text, author=work.actor.name, email=ticket.email
    )
    message = add_entry(work, ticket, entry)
    enqueue(work, DELIVER, {"message": str(message.id)}, key=str(message.id))
    if ticket.responded_at is None:
        ticket.responded_at = message.at
    if ticket.assignee_id is None:
        ticket.assignee_id = work.actor.id
    if ticket.state is not wish.then:
        move(work, ticket, Step(target=wish.then, at=message.at))
    reckon(work, ticket)
    forget_draft(work, ticket.id)
    return message


def answer_by_itself(work: UnitOfWork, ticket: Ticket, text: str) -> Message:
    """A mail nobody wrote by hand, to a ticket that has an address."""
    entry = Entry(
        direction=Direction.OUTBOUND,
        text=text,
        author=_("Tandem"),
        email=ticket.email,
        automatic=True,
    )
    message = add_entry(work, ticket, entry)
    enqueue(work, DELIVER, {"message": str(message.id)}, key=str(message.id))
    return message


def may_acknowledge(work: UnitOfWork, ticket: Ticket) -> bool:
    """False for an address that had several mails of no hand's writing within the hour.

    Two machines that answer each other, and do not say that they are machines, would never stop.
    """
    recent = select(func.count()).where(
        Message.email == ticket.email,
        Message.automatic,
        Message.direction == Direction.OUTBOUND,
        Message.at > utcnow() - timedelta(hours=1),
    )
    return bool(ticket.email) and (work.session.scalar(recent) or 0) < _MOST_AN_HOUR


def _said(text: str) -> str:
    if not (bare := text.strip()):
        raise Invalid(
            _("Please look at the marked fields."), fields={"text": _("Write something.")}
        )
    return bare


def _check_answerable(ticket: Ticket) -> None:
    if ticket.state in FINAL:
        raise RuleBroken(_("Ticket %(number)s has ended.", number=ticket.number))
    if not ticket.email:
        raise RuleBroken(_("There is no mail address to answer to. Add one to the ticket."))


def _check_seen(work: UnitOfWork, ticket: Ticket, seen: UUID | None) -> None:
    """Two who answer at once: the second one sees the first one's answer before sending."""
    if seen is None:
        return
    ours = Message.direction != Direction.NOTE, Message.automatic.is_(False)
    newest = select(Message.id).where(Message.ticket_id == ticket.id, *ours)
    newest_id = work.session.scalar(newest.order_by(Message.at.desc(), Message.id.desc()).limit(1))
    if newest_id is not None and newest_id != seen:
        raise Stale(_("Somebody wrote in this ticket in the meantime. Read it, then send again."))


def keep_draft(work: UnitOfWork, ticket_id: UUID, text: str) -> None:
    """What the actor is typing. Nothing typed is nothing kept."""
    if work.actor.id is None:
        return
    if not text.strip():
        forget_draft(work, ticket_id)
        return
    key = (ticket_id, work.actor.id)
    draft = work.session.get(Draft, key) or Draft(ticket_id=ticket_id, user_id=work.actor.id)
    draft.text, draft.at = text[:_LONGEST_TEXT], utcnow()
    work.session.add(draft)
    work.session.flush()


def forget_draft(work: UnitOfWork, ticket_id: UUID) -> None:
    mine = Draft.ticket_id == ticket_id, Draft.user_id == work.actor.id
    work.session.execute(delete(Draft).where(*mine))
