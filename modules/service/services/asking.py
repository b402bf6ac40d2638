"""Links in mails: how it was, and whether a complaint is settled.

A mail scanner opens every link it sees. So a link only shows a page, and what counts is the button
on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.errors import Invalid, NotFound, RuleBroken
from core.ids import new_secret
from core.jobs.queue import enqueue
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.events import TicketRated
from modules.service.models import Ask, AskKind, Ticket
from modules.service.rules.states import Direction, Kind, TicketState
from modules.service.services.threads import Entry, add_entry, answer_by_itself
from modules.service.services.tickets import ASK, Step, move

SCORES = range(1, 6)
_DONE = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
_LONGEST_COMMENT = 4_000


def ask_customer(work: UnitOfWork, ticket_id: UUID, *, public_url: str) -> None:
    """Ask how it was, once per ticket; for a resolved complaint first whether it is settled.

    Nothing when it was opened again in the meantime, or nobody can be written to.
    """
    ticket = work.session.get_one(Ticket, ticket_id, with_for_update=True)
    if not ticket.email:
        return
    if ticket.kind is Kind.COMPLAINT and ticket.state is TicketState.RESOLVED:
        link = f"{public_url}/settled/{_new_ask(work, ticket, AskKind.CONFIRMATION)}"
        answer_by_itself(work, ticket, _settled_words(ticket, link))
    elif ticket.state in _DONE and not _was_asked(work, ticket):
        link = f"{public_url}/rate/{_new_ask(work, ticket, AskKind.RATING)}"
        answer_by_itself(work, ticket, _rating_words(ticket, link))


def _was_asked(work: UnitOfWork, ticket: Ticket) -> bool:
    asked = select(Ask.id).where(Ask.ticket_id == ticket.id, Ask.kind == AskKind.RATING)
    return work.session.scalar(asked.limit(1)) is not None


def _new_ask(work: UnitOfWork, ticket: Ticket, kind: AskKind) -> str:
    token = new_secret()
    ask = Ask(
        company_id=ticket.company_id,
        ticket_id=ticket.id,
        kind=kind,
        token_hash=_hash(token),
        queue_id=ticket.queue_id,
        agent_id=ticket.assignee_id,
    )
    work.session.add(ask)
    work.session.flush()
    return token


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _rating_words(ticket: Ticket, link: str) -> str:
    scale = "\n".join(f"{score}  {words}: {link}?score={score}" for score, words in scores())
    return _(
        "Your question %(number)s is answered, as far as we know. How was it?\n\n%(scale)s\n\n"
        "Is it not solved? Just answer this mail.",
        number=ticket.number,
        scale=scale,
    )


def _settled_words(ticket: Ticket, link: str) -> str:
    return _(
        "We think that your complaint %(number)s is settled. Is it?\n\n%(link)s\n\n"
        "It stays open until you have said so.",
        number=ticket.number,
        link=link,
    )


def scores() -> list[tuple[int, str]]:
    """Best first."""
    return [
        (5, _("Very good")),
        (4, _("Good")),
        (3, _("So-so")),
        (2, _("Bad")),
        (1, _("Very bad")),
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    ask: Ask
    ticket: Ticket


def find_ask(work: UnitOfWork, token: str, kind: AskKind, *, lock: bool = False) -> Asked:
    """Raise NotFound for a token nobody was given for this."""
    statement = select(Ask).where(Ask.token_hash == _hash(token), Ask.kind == kind)
    ask = work.session.scalar(statement.with_for_update() if lock else statement)
    if ask is None:
        raise NotFound(_("This link is not known. Copy the whole of it from the mail."))
    return Asked(ask, work.session.get_one(Ticket, ask.ticket_id, with_for_update=lock or None))


def rate(work: UnitOfWork, token: str, score: int, comment: str) -> Asked:
    """Counted once per link; another click changes the score. Raise Invalid for none of 1 to 5."""
    if score not in SCORES:
        raise Invalid(_("Choose one of the five."), fields={"score": ""})
    asked = find_ask(work, token, AskKind.RATING, lock=True)
    ask, ticket = asked.ask, asked.ticket
    changed = ask.score != score
    ask.score, ask.answered_at = score, utcnow()
    ask.comment = comment.strip()[:_LONGEST_COMMENT]
    if changed:
        work.publish(
            TicketRated(
                ticket_id=ticket.id,
                company_id=ticket.company_id,
                party_id=ticket.party_id,
                score=score,
            )
        )
    return asked


def settle(work: UnitOfWork, token: str, comment: str, *, is_settled: bool) -> Asked:
    """Settled: the complaint is closed. Not yet: it is opened again, with what they say."""
    asked = find_ask(work, token, AskKind.CONFIRMATION, lock=True)
    ask, ticket = asked.ask, asked.ticket
    if ticket.state is not TicketState.RESOLVED:
        raise RuleBroken(_("This is decided already, or we are working on it again."))
    ask.score, ask.answered_at = int(is_settled), utcnow()
    ask.comment = comment.strip()[:_LONGEST_COMMENT]
    if is_settled:
        ticket.confirmed_at = utcnow()
        move(work, ticket, Step(target=TicketState.CLOSED))
        enqueue(work, ASK, {"ticket": str(ticket.id)}, key=str(ticket.id))
        return asked
    said = ask.comment or _("The customer says that it is not settled.")
    who = ticket.contact or ticket.email
    entry = Entry(direction=Direction.INBOUND, text=said, author=who, email=ticket.email)
    add_entry(work, ticket, entry)
    move(work, ticket, Step(target=TicketState.REOPENED))
    return asked
