"""Open tickets, change them, and move them from state to state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core import search
from core.clock import utcnow
from core.companies import fetch
from core.errors import Invalid, RuleBroken
from core.jobs.queue import enqueue
from core.numbers import next_number
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.service.events import TicketOpened, TicketResolved
from modules.service.kinds import TICKET
from modules.service.models import Message, StateChange, Ticket
from modules.service.rules.states import (
    FINAL,
    About,
    Channel,
    Kind,
    Priority,
    TicketState,
    way,
)
from modules.service.services.clocks import reckon
from modules.service.services.people import name_of_party
from modules.service.services.story import tell
from modules.service.services.turn import assign_in_turn

#: The job that writes to the customer once a ticket is resolved.
ASK = "service.ask"
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """``queue_id`` is of the ticket's company. ``opened_at`` None: now."""

    subject: str
    queue_id: UUID
    channel: Channel
    kind: Kind = Kind.QUESTION
    priority: Priority = Priority.NORMAL
    party_id: UUID | None = None
    email: str = ""
    contact: str = ""
    assignee_id: UUID | None = None
    mailbox_id: UUID | None = None
    about: About | None = None
    about_id: UUID | None = None
    client_reference: str | None = None


def open_ticket(work: UnitOfWork, company_id: UUID, new: NewTicket) -> tuple[Ticket, bool]:
    """The ticket, and whether it is new: a ``client_reference`` seen before answers that one.

    Raise Invalid naming each field at fault.
    """
    if (known := _known(work, company_id, new.client_reference)) is not None:
        return known, False
    number = next_number(work, company_id, "TI")
    # The series is locked until we end: whoever came first with this reference is through by now.
    if (known := _known(work, company_id, new.client_reference)) is not None:
        return known, False
    ticket = Ticket(
        company_id=company_id,
        number=number,
        **{**_values(new), "subject": clean_subject(new.subject)},
    )
    ticket.state = TicketState.NEW
    work.session.add(ticket)
    work.session.flush()
    _write_down(work, ticket, TicketState.NEW, ticket.created_at)
    if ticket.assignee_id is None:
        assign_in_turn(work, ticket)
    reckon(work, ticket)
    find_again(work, ticket)
    tell(work, ticket, "opened", text=_l("Ticket %(number)s: %(subject)s"), subject=ticket.subject)
    _announce_opened(work, ticket)
    return ticket, True


def _known(work: UnitOfWork, company_id: UUID, reference: str | None) -> Ticket | None:
    if not reference:
        return None
    same = Ticket.company_id == company_id, Ticket.client_reference == reference
    return work.session.scalar(select(Ticket).where(*same))


def _values(new: NewTicket) -> dict[str, Any]:
    names = [name for name in NewTicket.__dataclass_fields__ if name != "subject"]
    return {name: getattr(new, name) for name in names}


def clean_subject(subject: str) -> str:
    bare = " ".join(subject.split())[:_LONGEST_SUBJECT]
    if not bare:
        raise Invalid(
            _("Please look at the marked fields."), fields={"subject": _("Fill this in.")}
        )
    return bare


def _announce_opened(work: UnitOfWork, ticket: Ticket) -> None:
    work.publish(
        TicketOpened(
            ticket_id=ticket.id,
            company_id=ticket.company_id,
            party_id=ticket.party_id,
            number=ticket.number,
            kind=ticket.kind.value,
        )
    )


def get_ticket(work: UnitOfWork, ticket_id: UUID, *, lock: bool = False) -> Ticket:
    return fetch(work, Ticket, ticket_id, lock=lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``reason`` is asked for a rejection and a cancellation."""

    target: TicketState
    reason: str = ""
    at: datetime = field(default_factory=utcnow)


def move(work: UnitOfWork, ticket: Ticket, step: Step) -> None:
    """Bring a locked ticket into a state, over ``open`` where the way leads through it.

    Raise IllegalTransition, or RuleBroken when the state asks for something that is missing.
    """
    states = way(ticket.state, step.target)
    _check(ticket, step)
    for place, state in enumerate(states):
        # A moment apart, so that the history keeps their order.
        at = step.at + place * timedelta(microseconds=1)
        ticket.state = state
        _write_down(work, ticket, state, at)
    if not states:
        return
    ticket.reason = step.reason.strip() or ticket.reason
    _stamp(work, ticket, step)
    reckon(work, ticket)


def _check(ticket: Ticket, step: Step) -> None:
    ends = step.target in {TicketState.REJECTED, TicketState.CANCELLED}
    if ends and not step.reason.strip():
        raise RuleBroken(_("Say why, so that the next reader knows."), fields={"reason": ""})
    if ticket.kind is not Kind.COMPLAINT:
        return
    if step.target in {TicketState.RESOLVED, TicketState.CLOSED} and not ticket.root_cause:
        raise RuleBroken(_("A complaint needs its root cause before it is resolved."))
    if step.target is TicketState.CLOSED and ticket.confirmed_at is None:
        raise RuleBroken(_("A complaint is closed once the customer has confirmed that."))


def _stamp(work: UnitOfWork, ticket: Ticket, step: Step) -> None:
    if step.target is TicketState.REOPENED:
        ticket.resolved_at, ticket.confirmed_at = None, None
        tell(work, ticket, "reopened", text=_l("Ticket %(number)s was opened again"))
    if step.target is TicketState.RESOLVED:
        ticket.resolved_at = step.at
        enqueue(work, ASK, {"ticket": str(ticket.id)}, key=str(ticket.id))
        tell(work, ticket, "resolved", text=_l("Ticket %(number)s is resolved"))
        work.publish(
            TicketResolved(
                ticket_id=ticket.id,
                company_id=ticket.company_id,
                party_id=ticket.party_id,
                number=ticket.number,
                kind=ticket.kind.value,
            )
        )


def _write_down(work: UnitOfWork, ticket: Ticket, state: TicketState, at: datetime) -> None:
    work.session.add(StateChange(ticket_id=ticket.id, state=state, at=at, actor=work.actor.name))
    work.session.flush()


#: What people change in place; each is a field of the ticket.
CHANGEABLE = (
    "subject",
    "kind",
    "priority",
    "queue_id",
    "assignee_id",
    "party_id",
    "email",
    "contact",
    "root_cause",
    "compensation",
    "compensation_amount",
    "compensation_currency",
)


def change_ticket(
    work: UnitOfWork, ticket_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Ticket:
    """Change the fields that are given; the clocks follow. Raise Stale, Invalid or RuleBroken."""
    ticket = get_ticket(work, ticket_id, lock=True)
    check_version(ticket, version)
    if ticket.state in FINAL:
        raise RuleBroken(_("Ticket %(number)s has ended.", number=ticket.number))
    for name, value in values.items():
        setattr(ticket, name, clean_subject(value) if name == "subject" else value)
    _check_amount(ticket.compensation_amount, ticket.compensation_currency)
    reckon(work, ticket)
    find_again(work, ticket)
    return ticket


def _check_amount(amount: Decimal | None, currency: str | None) -> None:
    if (amount is None) != (not currency):
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"compensation_currency": _("An amount needs its currency.")},
        )


#: A ticket and who had it.
Former = tuple[UUID, UUID | None]


def assign(work: UnitOfWork, ticket_ids: Sequence[UUID], user_id: UUID | None) -> list[Former]:
    """Give the tickets that have not ended to a colleague, or to nobody; who had which."""
    return give_back(work, [(key, user_id) for key in ticket_ids])


def give_back(work: UnitOfWork, wanted: Sequence[Former]) -> list[Former]:
    """Each ticket to its colleague; who had them. Those that have ended are left out."""
    former = []
    for key, user_id in sorted(wanted, key=lambda pair: pair[0]):
        ticket = get_ticket(work, key, lock=True)
        if ticket.state not in FINAL:
            former.append((key, ticket.assignee_id))
            ticket.assignee_id = user_id
    work.session.flush()
    return former


def find_again(work: UnitOfWork, ticket: Ticket) -> None:
    """What the search finds the ticket by: its head, who asks, and what was asked first."""
    work.session.flush()
    first = select(Message.text).where(Message.ticket_id == ticket.id).order_by(Message.at)
    asked = work.session.scalar(first.limit(1)) or ""
    party = name_of_party(work, ticket.party_id)
    texts = (ticket.number, ticket.subject, ticket.email, ticket.contact, party, asked)
    search.put(work.session, TICKET, {ticket.id: texts})
