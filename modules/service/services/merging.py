"""Two tickets about one thing become one, and apart again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select, update

from core.clock import utcnow
from core.errors import NotFound, RuleBroken
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.models import Merge, Message, StateChange, Ticket
from modules.service.rules.states import FINAL, Direction, TicketState
from modules.service.services.clocks import reckon
from modules.service.services.threads import Entry, add_entry
from modules.service.services.tickets import Step, get_ticket, move


def merge(work: UnitOfWork, ticket_id: UUID, into_id: UUID) -> Merge:
    """Move what was said in the ticket into the other one; mails to it go there from now on.

    Raise RuleBroken for a ticket into itself, into one that has ended, or of another company.
    """
    # Always in one order, so that two merges never wait for each other.
    locked = {key: get_ticket(work, key, lock=True) for key in sorted({ticket_id, into_id})}
    ticket, into = locked[ticket_id], locked[into_id]
    _check(ticket, into)
    moved = _move_messages(work, ticket, into)
    record = Merge(ticket_id=ticket.id, into_id=into.id, former_state=ticket.state, messages=moved)
    work.session.add(record)
    ticket.merged_into_id = into.id
    move(work, ticket, Step(target=TicketState.MERGED))
    note = _("Ticket %(number)s was merged into this one.", number=ticket.number)
    add_entry(work, into, Entry(direction=Direction.NOTE, text=note, author=work.actor.name))
    if into.responded_at is None:
        into.responded_at = ticket.responded_at
        reckon(work, into)
    return record


def _check(ticket: Ticket, into: Ticket) -> None:
    if ticket.id == into.id:
        raise RuleBroken(_("A ticket can not be merged into itself."))
    if ticket.company_id != into.company_id:
        raise RuleBroken(_("The two tickets belong to different companies."))
    if into.state in FINAL:
        raise RuleBroken(_("Ticket %(number)s has ended.", number=into.number))


def _move_messages(work: UnitOfWork, ticket: Ticket, into: Ticket) -> list[str]:
    keys = work.session.scalars(select(Message.id).where(Message.ticket_id == ticket.id)).all()
    work.session.execute(
        update(Message).where(Message.id.in_(keys)).values(ticket_id=into.id),
        execution_options={"synchronize_session": "fetch"},
    )
    return [str(key) for key in keys]


def undo_merge(work: UnitOfWork, ticket_id: UUID) -> Ticket:
    """Take the ticket out again, with all it brought along, as if it had never been merged.

    Its clock has gone on: the customer waited all the time. What was written since stays where it
    was written.
    """
    ticket = get_ticket(work, ticket_id, lock=True)
    merges = select(Merge).where(Merge.ticket_id == ticket_id, Merge.undone_at.is_(None))
    record = work.session.scalar(merges.order_by(Merge.merged_at.desc()).limit(1))
    if record is None or ticket.state is not TicketState.MERGED:
        raise NotFound(_("Ticket %(number)s is not merged into another.", number=ticket.number))
    keys = [UUID(key) for key in record.messages]
    work.session.execute(
        update(Message).where(Message.id.in_(keys)).values(ticket_id=ticket.id),
        execution_options={"synchronize_session": "fetch"},
    )
    away = StateChange.ticket_id == ticket.id, StateChange.state == TicketState.MERGED
    work.session.execute(delete(StateChange).where(*away))
    ticket.state, ticket.merged_into_id = record.former_state, None
    record.undone_at = utcnow()
    reckon(work, ticket)
    return ticket


def merged_into(work: UnitOfWork, ticket_id: UUID) -> list[Ticket]:
    """The tickets that are part of this one now."""
    parts = select(Ticket).where(Ticket.merged_into_id == ticket_id).order_by(Ticket.number)
    return list(work.session.scalars(parts.limit(50)))
