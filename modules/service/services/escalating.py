"""What happens when a promise is about to break, or broke."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.ids import new_id
from core.mail import Mail, post
from core.security.models import User
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.models import (
    Escalated,
    EscalationAction,
    EscalationStep,
    Ticket,
)
from modules.service.rules.clock import Target
from modules.service.rules.states import FINAL, Direction, Kind, TicketState
from modules.service.services.clocks import clocks, history_of, levels, pending_steps, reckon
from modules.service.services.threads import REOPENS_WITHIN, Entry, add_entry
from modules.service.services.tickets import Step, move

_BATCH = 100
#: The address of a ticket's page.
Address = Callable[[UUID], str]


def to_look_at(work: UnitOfWork) -> list[UUID]:
    """Tickets whose clock says that something happens now."""
    due = select(Ticket.id).where(Ticket.look_at <= utcnow()).order_by(Ticket.look_at, Ticket.id)
    return list(work.session.scalars(due.limit(_BATCH)))


def look_at(work: UnitOfWork, ticket_id: UUID, *, sender: str, address: Address) -> None:
    """Note a breach, and take the steps of escalation that are due, each once."""
    ticket = work.session.get_one(Ticket, ticket_id, with_for_update=True)
    running = clocks(levels(work, ticket.company_id), ticket, history_of(work, ticket.id))
    now = utcnow()
    for step, moment in pending_steps(work, ticket, running):
        if moment <= now:
            _take(work, ticket, step)
            _notify(work, ticket, step, sender=sender, address=address(ticket.id))
    reckon(work, ticket)


def _take(work: UnitOfWork, ticket: Ticket, step: EscalationStep) -> None:
    work.session.add(Escalated(ticket_id=ticket.id, step_id=step.id, target=step.target))
    ticket.escalation_level += 1
    if step.action is EscalationAction.REASSIGN:
        ticket.assignee_id = step.user_id
    who = work.session.get_one(User, step.user_id).name
    entry = Entry(direction=Direction.NOTE, text=_said(step, who), author=_("Tandem"))
    add_entry(work, ticket, entry)


def _said(step: EscalationStep, who: str) -> str:
    what = _("the first answer") if step.target is Target.RESPONSE else _("the solution")
    if step.action is EscalationAction.REASSIGN:
        text = _("%(n)s %% of the time for %(what)s is used up: %(who)s takes the ticket over.")
    else:
        text = _("%(n)s %% of the time for %(what)s is used up: %(who)s is told.")
    return text % {"n": step.percent, "what": what, "who": who}


def _notify(
    work: UnitOfWork, ticket: Ticket, step: EscalationStep, *, sender: str, address: str
) -> None:
    user = work.session.get_one(User, step.user_id)
    mail = Mail(
        id=new_id(),
        sender=sender,
        recipients=(user.email,),
        subject=f"{ticket.number}: {ticket.subject}",
        text=f"{_said(step, user.name)}\n\n{address}",
        headers={"Auto-Submitted": "auto-generated"},
    )
    post(
        work,
        mail,
        key=f"service.escalation:{ticket.id}:{step.id}",
        company_id=ticket.company_id,
    )


def reckon_all(work: UnitOfWork, company_id: UUID, after: UUID | None) -> UUID | None:
    """Work out the next tickets anew after a policy or calendar changed; where to go on.

    None when that were all.
    """
    undone = Ticket.company_id == company_id, Ticket.state.not_in(FINAL)
    some = select(Ticket).where(*undone).order_by(Ticket.id).limit(_BATCH).with_for_update()
    tickets = work.session.scalars(some.where(Ticket.id > after) if after else some).all()
    known = levels(work, company_id)
    for ticket in tickets:
        reckon(work, ticket, known=known)
    return tickets[-1].id if len(tickets) == _BATCH else None


def to_close(work: UnitOfWork) -> list[UUID]:
    """Resolved for so long that nobody will come back to them; complaints wait for their word."""
    before = utcnow() - REOPENS_WITHIN - timedelta(hours=1)
    resolved = Ticket.state == TicketState.RESOLVED, Ticket.resolved_at < before
    done = select(Ticket.id).where(*resolved, Ticket.kind != Kind.COMPLAINT).order_by(Ticket.id)
    return list(work.session.scalars(done.limit(_BATCH)))


def close_done(work: UnitOfWork, ticket_id: UUID) -> None:
    ticket = work.session.get_one(Ticket, ticket_id, with_for_update=True)
    if ticket.state is TicketState.RESOLVED:
        move(work, ticket, Step(target=TicketState.CLOSED))
