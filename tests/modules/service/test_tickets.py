"""Tickets: turns, merges, and the ways they go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.actor import Actor
from core.clock import utcnow
from core.errors import RuleBroken
from core.ids import new_id
from core.states import IllegalTransition
from modules.service.models import (
    Queue,
    StateChange,
    Ticket,
)
from modules.service.rules.states import Kind, TicketState
from modules.service.rules.turns import Assignment, least_loaded, next_in_turn
from modules.service.services import settings
from modules.service.services.merging import merge, undo_merge
from modules.service.services.threads import add_note
from modules.service.services.tickets import get_ticket
from tests.modules.service.conftest import Desk
from tests.modules.service.steps import moved, opened, the

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


# Turns.


def test_turns_go_round_and_the_one_with_least_comes_first() -> None:
    a, b, c = sorted(new_id() for _ in range(3))
    assert [next_in_turn([a, b, c], last) for last in (None, a, b, c)] == [a, b, c, a]
    assert next_in_turn([a, c], b) == c, "who left the queue is stepped over"
    assert next_in_turn([], a) is None
    assert least_loaded([a, b, c], {a: 2, b: 1, c: 1}, b) == c
    assert least_loaded([a, b], {}, None) == a


@sqlite
def test_tickets_of_a_queue_are_given_in_turn(desk: Desk, admin: Actor) -> None:
    assert admin.id
    with desk.host.write(desk.actor) as work:
        settings.set_members(work, desk.queue_id, [admin.id])
    assert the(desk, opened(desk)).assignee_id == admin.id
    with desk.host.write(desk.actor) as work:
        work.session.get_one(Queue, desk.queue_id).assignment = Assignment.NONE
    assert the(desk, opened(desk)).assignee_id is None


def test_a_reference_seen_before_is_the_same_ticket(desk: Desk) -> None:
    first = opened(desk, client_reference="shop:17")
    assert opened(desk, client_reference="shop:17", subject="Again") == first
    assert [one.subject for one in desk.tickets()] == ["Bell"]


# Merging.


@sqlite
def test_a_merge_moves_what_was_said_and_can_be_undone(desk: Desk) -> None:
    first, second = opened(desk), opened(desk, subject="Bell again")
    moved(desk, second, TicketState.WAITING_CUSTOMER)
    with desk.host.write(desk.actor) as work:
        merge(work, second, first)
    assert the(desk, second).state is TicketState.MERGED
    assert len(desk.thread(second)) == 0
    assert len(desk.thread(first)) == 3, "both, and the note about it"
    with desk.host.write(desk.actor) as work:
        undo_merge(work, second)
    assert the(desk, second).state is TicketState.WAITING_CUSTOMER
    assert len(desk.thread(second)) == 1
    with desk.host.read(desk.actor) as work:
        states = select(StateChange.state).where(StateChange.ticket_id == second)
        assert TicketState.MERGED not in work.session.scalars(states).all()


@sqlite
@pytest.mark.parametrize("wrong", ["itself", "ended"])
def test_a_ticket_is_not_merged_into_what_can_not_take_it(desk: Desk, wrong: str) -> None:
    first, second = opened(desk), opened(desk)
    moved(desk, second, TicketState.REJECTED, reason="Spam")
    target = first if wrong == "itself" else second
    with pytest.raises(RuleBroken), desk.host.write(desk.actor) as work:
        merge(work, first, target)


@sqlite
def test_a_note_and_an_automatic_mail_are_no_first_answer(desk: Desk) -> None:
    key = opened(desk)
    with desk.host.write(desk.actor) as work:
        add_note(work, key, "Call her")
    assert the(desk, key).responded_at is None
    assert the(desk, key).state is TicketState.NEW


@sqlite
def test_resolved_tickets_close_after_their_time_but_complaints_wait(desk: Desk) -> None:
    question, complaint = opened(desk), opened(desk, kind=Kind.COMPLAINT)
    with desk.host.write(desk.actor) as work:
        get_ticket(work, complaint).root_cause = "Spring"
    moved(desk, question, TicketState.RESOLVED)
    moved(desk, complaint, TicketState.RESOLVED)
    with desk.host.write(desk.actor) as work:
        work.session.execute(update(Ticket).values(resolved_at=utcnow() - timedelta(days=15)))
    desk.run("service.close")
    assert the(desk, question).state is TicketState.CLOSED
    assert the(desk, complaint).state is TicketState.RESOLVED


@sqlite
def test_states_that_lead_nowhere_are_refused(desk: Desk) -> None:
    key = opened(desk)
    with pytest.raises(IllegalTransition):
        moved(desk, key, TicketState.REOPENED)
    with pytest.raises(RuleBroken, match="Say why"):
        moved(desk, key, TicketState.CANCELLED)
    moved(desk, key, TicketState.CANCELLED, reason="Found it herself")
    with pytest.raises(IllegalTransition):
        moved(desk, key, TicketState.OPEN)
