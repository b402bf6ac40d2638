"""A reply as a mail: whose it is, what it answers, and under which id answers will come back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from core.errors import NotFound
from core.mail import Mail, post
from core.mail.outbox import send_again
from core.work import UnitOfWork
from modules.service.models import Mailbox, Message, Ticket
from modules.service.rules.letters import plain_subject
from modules.service.rules.states import Direction
from modules.service.services.tickets import get_ticket

#: Ids in ``References``: the first and the newest (RFC 5322 asks for all, servers for short lines).
_MOST_REFERENCES = 20


def put_into_outbox(work: UnitOfWork, message_id: UUID, *, sender: str) -> None:
    """Post the reply. Done again it is not posted again: its key is the message's.

    ``sender`` is for companies without a mailbox.
    """
    message = work.session.get_one(Message, message_id, with_for_update=True)
    ticket = work.session.get_one(Ticket, message.ticket_id)
    mail = Mail(
        id=message.id,
        sender=_sender(work, ticket) or sender,
        recipients=(message.email,),
        subject=f"[{ticket.number}] {_subject(ticket)}",
        text=message.text,
        headers=_headers(work, ticket, message),
        made_at=message.at,
    )
    message.message_id = mail.message_id
    post(work, mail, key=f"service.message:{message.id}", company_id=ticket.company_id)


def resend(work: UnitOfWork, ticket_id: UUID, message_id: UUID) -> None:
    """Raise NotFound for a message of another ticket, IllegalTransition for one that is sent."""
    ticket = get_ticket(work, ticket_id)
    mine = Message.id == message_id, Message.ticket_id == ticket.id
    if work.session.scalar(select(Message.id).where(*mine)) is None:
        raise NotFound(f"There is no message {message_id}.")
    send_again(work, message_id)


def _subject(ticket: Ticket) -> str:
    return f"Re: {plain_subject(ticket.subject)}"


def _sender(work: UnitOfWork, ticket: Ticket) -> str:
    """The address of the mailbox it came through, else of the queue's first; '' without any."""
    active = select(Mailbox).where(Mailbox.company_id == ticket.company_id, Mailbox.active)
    boxes = work.session.scalars(active.order_by(Mailbox.id)).all()
    own = [box for box in boxes if box.id == ticket.mailbox_id]
    near = [box for box in boxes if box.queue_id == ticket.queue_id]
    chosen = next(iter([*own, *near, *boxes]), None)
    return f'"{_quoted(chosen.name)}" <{chosen.address}>' if chosen else ""


def _quoted(name: str) -> str:
    return name.replace("\\", " ").replace('"', "'")


def _headers(work: UnitOfWork, ticket: Ticket, message: Message) -> dict[str, str]:
    said = select(Message.message_id, Message.direction).where(
        Message.ticket_id == ticket.id,
        Message.message_id.is_not(None),
        Message.direction != Direction.NOTE,
        Message.at <= message.at,
        Message.id != message.id,
    )
    rows = work.session.execute(said.order_by(Message.at, Message.id)).all()
    ids = [str(row[0]) for row in rows]
    theirs = [str(key) for key, direction in rows if direction is Direction.INBOUND]
    headers = {"Auto-Submitted": "auto-replied"} if message.automatic else {}
    if ids:
        headers["In-Reply-To"] = theirs[-1] if theirs else ids[-1]
        # Ids apart by blanks alone: a long header is folded where they are.
        headers["References"] = " ".join(dict.fromkeys([ids[0], *ids[-_MOST_REFERENCES:]]))
    return headers
