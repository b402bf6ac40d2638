"""Tickets: turns, merges, complaints, promises, and what other modules see of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from core import deeds, traits
from core.actor import Actor
from core.clock import utcnow
from core.companies import Company
from core.deeds import Asked
from core.errors import RuleBroken
from core.events import StoredEvent, revive
from core.ids import new_id
from core.security.accounts import Person
from core.states import IllegalTransition
from core.testing.people import browser_of, enrol, program_of
from modules.sales.events import PromiseBroken
from modules.sales.models import Order
from modules.service.events import TicketBreached, TicketRated, TicketResolved
from modules.service.models import (
    EscalationAction,
    Queue,
    SlaPolicy,
    StateChange,
    Ticket,
)
from modules.service.rules.clock import Target
from modules.service.rules.states import Channel, Direction, Kind, Priority, TicketState
from modules.service.rules.turns import Assignment, least_loaded, next_in_turn
from modules.service.services import settings
from modules.service.services.late import open_case
from modules.service.services.merging import merge, undo_merge
from modules.service.services.threads import Entry, Reply, add_entry, add_note, receive, reply
from modules.service.services.tickets import NewTicket, Step, get_ticket, move, open_ticket
from tests.modules.service.conftest import Desk

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def opened(desk: Desk, **given: Any) -> UUID:
    values = {
        "subject": "Bell",
        "queue_id": desk.queue_id,
        "channel": Channel.AGENT,
        "email": "anna@customer.example",
        "contact": "Anna Sommer",
        **given,
    }
    with desk.host.write(desk.actor) as work:
        ticket, is_new = open_ticket(work, desk.company, NewTicket(**values))
        if is_new:
            entry = Entry(direction=Direction.INBOUND, text="It is broken.", author="Anna")
            add_entry(work, ticket, entry)
        return ticket.id


def moved(desk: Desk, key: UUID, *states: TicketState, reason: str = "") -> None:
    for state in states:
        with desk.host.write(desk.actor) as work:
            move(work, get_ticket(work, key, lock=True), Step(target=state, reason=reason))


def told(desk: Desk, kind: type[Any]) -> list[Any]:
    name = f"{kind.__module__}.{kind.__qualname__}"
    rows = select(StoredEvent).where(StoredEvent.kind == name).order_by(StoredEvent.id)
    with desk.host.read(desk.actor) as work:
        return [revive(row, kind) for row in work.session.scalars(rows)]


def the(desk: Desk, key: UUID) -> Ticket:
    with desk.host.read(desk.actor) as work:
        return work.session.get_one(Ticket, key)


def link_in(text: str, page: str) -> str:
    found = re.search(rf"http://tandem\.example(/{page}/[\w-]+)", text)
    assert found, text
    return found[1]


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


# Complaints and ratings.


@sqlite
def test_a_complaint_is_closed_by_the_customer_and_by_nobody_else(desk: Desk, app: Flask) -> None:
    key = opened(desk, kind=Kind.COMPLAINT)
    with pytest.raises(RuleBroken, match="root cause"):
        moved(desk, key, TicketState.RESOLVED)
    with desk.host.write(desk.actor) as work:
        get_ticket(work, key).root_cause = "A spring of the wrong batch"
    moved(desk, key, TicketState.RESOLVED)
    with pytest.raises(RuleBroken, match="confirmed"):
        moved(desk, key, TicketState.CLOSED)
    desk.work_off()
    link = link_in(desk.sent[-1].get_content(), "settled")
    visitor = app.test_client()
    assert "wrong batch" in visitor.get(link).text
    assert the(desk, key).state is TicketState.RESOLVED, "a scanner that looks settles nothing"
    visitor.post(link, data={"settled": "no", "comment": "It rang once."})
    assert the(desk, key).state is TicketState.REOPENED
    assert desk.thread(key)[-1].text == "It rang once."
    moved(desk, key, TicketState.RESOLVED)
    desk.work_off()
    visitor.post(link_in(desk.sent[-1].get_content(), "settled"), data={"settled": "yes"})
    closed = the(desk, key)
    assert closed.state is TicketState.CLOSED
    assert closed.confirmed_at is not None
    desk.work_off()
    assert link_in(desk.sent[-1].get_content(), "rate")


@sqlite
def test_a_rating_is_counted_by_its_button_and_not_by_a_scanner(
    desk: Desk, app: Flask, anna: UUID
) -> None:
    key = opened(desk, party_id=anna)
    moved(desk, key, TicketState.RESOLVED)
    assert told(desk, TicketResolved)[0].party_id == anna
    desk.work_off()
    link = link_in(desk.sent[-1].get_content(), "rate")
    visitor = app.test_client()
    for score in range(1, 6):
        page = visitor.get(f"{link}?score={score}")
        assert f'value="{score}" checked' in page.text
    assert told(desk, TicketRated) == []
    assert visitor.post(link, data={"score": "9"}).status_code == 422
    for _ in range(2):
        assert "Thank you" in visitor.post(link, data={"score": "4"}).text
    assert [event.score for event in told(desk, TicketRated)] == [4]
    assert visitor.get("/rate/nobody-was-given-this").status_code == 404
    with desk.host.read(desk.actor) as work:
        assert traits.value(work, "service.csat", anna) == 100
    moved(desk, key, TicketState.REOPENED, TicketState.RESOLVED)
    sent = len(desk.sent)
    desk.work_off()
    assert len(desk.sent) == sent, "nobody is asked twice"


# Promises.


def promise(desk: Desk, *, response: int = 60, resolution: int = 480, **which: Any) -> SlaPolicy:
    with desk.host.write(desk.actor) as work:
        week = {f"day{n}": "00:00-24:00" for n in range(7)}
        calendar = settings.add_calendar(
            work, {"name": f"Always {new_id()}", "zone": "UTC", **week}
        )
        values = {
            "name": f"Level {new_id()}",
            "calendar_id": calendar.id,
            "response_minutes": response,
            "resolution_minutes": resolution,
            **which,
        }
        return settings.add(work, SlaPolicy, values)


def back_date(desk: Desk, key: UUID, by: timedelta) -> None:
    """The ticket was opened earlier."""
    with desk.host.write(desk.actor) as work:
        changes = update(StateChange).where(StateChange.ticket_id == key)
        work.session.execute(changes.values(at=utcnow() - by))
    desk.run("service.reckon", company=str(desk.company))


def test_a_breach_is_told_once_and_its_steps_are_taken_once(desk: Desk, admin: Actor) -> None:
    policy = promise(desk)
    step = {"target": Target.RESPONSE, "action": EscalationAction.NOTIFY, "user_id": admin.id}
    with desk.host.write(desk.actor) as work:
        settings.add_step(work, policy.id, {**step, "percent": 50})
        take = {**step, "percent": 100, "action": EscalationAction.REASSIGN}
        settings.add_step(work, policy.id, take)
    key = opened(desk)
    desk.work_off()
    fresh = the(desk, key)
    assert fresh.response_due_at == fresh.created_at + timedelta(hours=1)
    assert fresh.due_at == fresh.response_due_at
    back_date(desk, key, timedelta(minutes=40))
    for _ in range(2):
        desk.run("service.watch")
    assert (the(desk, key).escalation_level, the(desk, key).assignee_id) == (1, None)
    back_date(desk, key, timedelta(minutes=61))
    for _ in range(2):
        desk.run("service.watch")
    desk.work_off()
    late = the(desk, key)
    assert (late.escalation_level, late.assignee_id) == (2, admin.id)
    assert [event.target for event in told(desk, TicketBreached)] == ["response"]
    told_by_mail = [mail for mail in desk.sent if "ada@tandem.example" in str(mail["To"])]
    assert len(told_by_mail) == 2
    assert f"/tickets/{key}" in told_by_mail[0].get_content()


@sqlite
def test_nothing_is_due_while_the_customer_is_asked_and_goes_on_where_it_stood(
    desk: Desk,
) -> None:
    promise(desk)
    key = opened(desk)
    back_date(desk, key, timedelta(minutes=30))
    with desk.host.write(desk.actor) as work:
        reply(work, key, Reply(text="Which colour?"))
    waiting = the(desk, key)
    assert waiting.due_at is None
    assert waiting.responded_at is not None
    with desk.host.write(desk.actor) as work:
        ticket = get_ticket(work, key, lock=True)
        entry = Entry(direction=Direction.INBOUND, text="Green", author="Anna")
        receive(work, ticket, entry)
    due = the(desk, key).due_at
    assert due is not None
    left = due - utcnow()
    assert timedelta(hours=7, minutes=29) < left <= timedelta(hours=7, minutes=30)


@sqlite
def test_a_policy_holds_by_priority_and_changes_with_it(
    desk: Desk, browser_client: FlaskClient
) -> None:
    promise(desk, place=1, priority=Priority.URGENT, response=10)
    promise(desk, place=2)
    key = opened(desk)
    assert the(desk, key).response_due_at == the(desk, key).created_at + timedelta(hours=1)
    body = {"version": the(desk, key).version, "priority": "urgent"}
    api = browser_client.patch(f"/api/v1/tickets/{key}", json=body)
    assert api.status_code == 200, api.text
    assert the(desk, key).response_due_at == the(desk, key).created_at + timedelta(minutes=10)


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


# Others.


@sqlite
def test_a_late_shipment_opens_one_case_for_all_its_lines(desk: Desk, anna: UUID) -> None:
    with desk.host.write(desk.actor) as work:
        order = Order(
            company_id=desk.company,
            number="SO-1",
            customer_id=anna,
            currency="EUR",
            ordered_on=utcnow().date(),
            net=0,
            tax=0,
        )
        work.session.add(order)
        work.session.flush()
        for sku, kind in (("W1", "delivery"), ("W2", "delivery"), ("W3", "price")):
            event = PromiseBroken(
                promise_id=new_id(),
                order_id=order.id,
                customer_id=anna,
                number="SO-1",
                sku=sku,
                kind=kind,
                state="broken",
                promised_on=utcnow().date(),
            )
            open_case(event, work)
    (case,) = desk.tickets()
    assert (case.party_id, case.about_id, case.email) == (anna, order.id, "anna@customer.example")
    assert [one.text.split()[0] for one in desk.thread(case.id)] == ["W1", "W2"]


@sqlite
def test_others_know_a_customers_tickets_and_have_one_opened(desk: Desk, anna: UUID) -> None:
    opened(desk, party_id=anna, kind=Kind.COMPLAINT)
    asked = Asked(
        record_id=anna, settings={"subject": "Call Anna"}, key="journey:1:2", reason="Journey"
    )
    for _ in range(2):
        with desk.host.write(desk.actor) as work:
            deeds.do(work, "service.open_ticket", asked)
    with desk.host.read(desk.actor) as work:
        assert traits.value(work, "service.open_tickets", anna) == 2
        assert traits.value(work, "service.complaints", anna) == 1
        assert traits.value(work, "service.csat", anna) is None


@sqlite
def test_whoever_sees_another_company_sees_no_ticket_of_this(desk: Desk, app: Flask) -> None:
    key = opened(desk)
    with desk.host.write(desk.actor) as work:
        other = Company(name="Other", currency="EUR")
        work.session.add(other)
        work.session.flush()
        person = Person(
            email="bo@tandem.example",
            name="Bo",
            roles=frozenset({"Service agent"}),
            companies=frozenset({other.id}),
            company_id=other.id,
        )
    stranger = enrol(desk.host, person)
    program, browser = program_of(app, stranger), browser_of(app, stranger)
    assert program.get(f"/api/v1/tickets/{key}").status_code == 404
    listed: Any = program.get("/api/v1/tickets").json
    assert listed["items"] == []
    for path in ("", "/others", "/edit"):
        assert browser.get(f"/tickets/{key}{path}").status_code == 404
    assert browser.post(f"/tickets/{key}/reply", data={"text": "x"}).status_code == 404
    assert browser.get("/tickets/settings").status_code == 403


@sqlite
def test_the_api_opens_answers_merges_and_moves(desk: Desk, api_client: FlaskClient) -> None:
    body = {"subject": "Lamp", "text": "Dark", "email": "b@x.example", "client_reference": "r1"}
    first: Any = api_client.post("/api/v1/tickets", json=body)
    assert first.status_code == 201, first.text
    again: Any = api_client.post("/api/v1/tickets", json=body)
    assert again.json["id"] == first.json["id"]
    path = f"/api/v1/tickets/{first.json['id']}"
    answered: Any = api_client.post(f"{path}/replies", json={"text": "On its way"})
    assert answered.json["state"] == "waiting_customer"
    assert [one["direction"] for one in answered.json["messages"]] == ["inbound", "outbound"]
    refused = api_client.post(f"{path}/state", json={"state": "closed"})
    assert refused.status_code == 409
    other = opened(desk)
    merged: Any = api_client.post(f"{path}/merge", json={"into_id": str(other)})
    assert merged.json["state"] == "merged"
    apart: Any = api_client.post(f"{path}/unmerge")
    assert apart.json["state"] == "waiting_customer"
    stranger = {"assignee_id": str(new_id())}
    assert api_client.post(f"{path}/assign", json=stranger).status_code == 422
