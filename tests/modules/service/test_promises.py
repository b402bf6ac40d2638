"""What is promised to whom, and what happens when it is not kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from core.actor import Actor
from core.clock import utcnow
from core.companies import Company
from modules.loyalty.models import Tier
from modules.loyalty.services.members import enrol as enrol_member
from modules.loyalty.services.programmes import set_up
from modules.service.events import TicketBreached
from modules.service.models import (
    EscalationAction,
    StateChange,
)
from modules.service.rules.clock import Target
from modules.service.rules.states import Direction, Priority
from modules.service.services import settings
from modules.service.services.threads import Entry, Reply, receive, reply
from modules.service.services.tickets import get_ticket
from tests.modules.service.conftest import Desk
from tests.modules.service.steps import opened, promise, the, told

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


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
def test_a_customers_tier_chooses_what_is_promised(desk: Desk, anna: UUID) -> None:
    with desk.host.write(desk.actor) as work:
        programme = set_up(work, work.session.get_one(Company, desk.company))
        gold = Tier(
            company_id=desk.company,
            programme_id=programme.id,
            name="Gold",
            threshold=100,
            earn_percent=100,
        )
        work.session.add(gold)
        work.session.flush()
        enrol_member(work, anna).tier_id = gold.id
    promise(desk, place=1, tier="Gold", response=10)
    promise(desk, place=2)
    member, stranger = the(desk, opened(desk, party_id=anna)), the(desk, opened(desk))
    assert member.response_due_at == member.created_at + timedelta(minutes=10)
    assert stranger.response_due_at == stranger.created_at + timedelta(hours=1)
