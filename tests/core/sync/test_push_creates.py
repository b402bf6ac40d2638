"""ERPs without drafts: created in one step, looked for once a lost request can no longer act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import update

from connectors.fake.faults import When
from connectors.fake.orders import Orders
from core.clock import utcnow
from core.errors import RuleBroken
from core.money import Money
from core.sync import connections, outbox
from core.sync.changing import Risks, take_risks
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import InDoubt, Rejected, Unsent
from core.sync.inline import InlineContext
from core.sync.models import Attempt
from core.sync.push.singles import QUARANTINE
from core.sync.push.strays import sweep_strays
from core.sync.values import Found, Ref
from core.testing import trial
from tests.core.sync.outbound import Trial

CONFIRMED = DocumentState.CONFIRMED


@pytest.fixture
def one_step(there: Trial) -> Trial:
    there.connect(orders="creates")
    return there


@pytest.fixture
def blind(there: Trial) -> Trial:
    """An ERP that can not be asked for orders, and an admin who accepts what that means."""
    there.connect(orders="creates_only")
    with there.host.write(there.actor) as work:
        for connection in connections.connections(work):
            take_risks(connection, Risks(tolerance=Decimal("0.01"), at_most_once=True))
    return there


def age_attempts(there: Trial, by: timedelta) -> None:
    with there.host.write(there.actor) as work:
        work.session.execute(update(Attempt).values(started_at=utcnow() - by))
    there.make_due()


def test_an_order_is_created_once(one_step: Trial) -> None:
    order = one_step.order(one_step.party())
    one_step.push()
    assert one_step.state(order) == "confirmed"
    assert one_step.over_there() == [(one_step.reference(order), CONFIRMED)]


@pytest.mark.parametrize("when", list(When))
def test_a_lost_answer_is_quarantined_and_then_looked_for(one_step: Trial, when: When) -> None:
    order = one_step.order(one_step.party())
    one_step.fail(InDoubt("no answer"), verb="create", when=when, call=1)
    one_step.push()
    one_step.make_due()
    one_step.push()
    assert one_step.state(order) == "in_doubt"
    assert one_step.erp.faults.calls.count("find") == 0, "nothing can be concluded yet"
    assert one_step.next_try_at(order) > utcnow() + QUARANTINE / 2
    age_attempts(one_step, QUARANTINE + timedelta(seconds=1))
    one_step.push()
    assert one_step.state(order) == "confirmed"
    assert one_step.over_there() == [(one_step.reference(order), CONFIRMED)]


def test_an_erp_that_was_not_reached_needs_no_quarantine(one_step: Trial) -> None:
    order = one_step.order(one_step.party())
    one_step.fail(Unsent("away"), verb="create", call=1)
    one_step.push()
    one_step.make_due()
    one_step.push()
    assert one_step.state(order) == "confirmed"


def test_an_erp_without_look_up_is_not_sent_orders(there: Trial) -> None:
    there.connect(orders="creates_only")
    order = there.order(there.party())
    there.push()
    assert there.state(order) == "stopped"
    assert "safe" in there.link(order).message
    assert there.over_there() == []


def test_an_accepted_risk_sends_orders_to_an_erp_without_look_up(blind: Trial) -> None:
    order = blind.order(blind.party())
    blind.push()
    assert blind.state(order) == "confirmed"
    assert blind.over_there() == [(blind.reference(order), CONFIRMED)]


@pytest.mark.parametrize("when", list(When))
def test_what_is_in_doubt_without_look_up_is_left_to_a_person(blind: Trial, when: When) -> None:
    order = blind.order(blind.party())
    blind.fail(InDoubt("no answer"), verb="create", when=when)
    blind.push()
    blind.erp.faults.script.clear()
    for _ in range(3):
        blind.later()
        blind.push()
    assert blind.state(order) == "stopped"
    assert "Only if it is not there" in blind.link(order).message
    assert blind.erp.faults.calls.count("create") == 1, "never sent again by itself"
    with blind.host.write(blind.actor) as work, pytest.raises(RuleBroken):
        outbox.withdraw(work, trial.ORDER, order)


def test_a_person_who_saw_that_it_is_not_there_has_it_sent_again(blind: Trial) -> None:
    order = blind.order(blind.party())
    blind.fail(InDoubt("no answer"), verb="create", call=1)
    blind.push()
    blind.mend()
    (row,) = [row for row in blind.rows() if row.state == "stopped"]
    with blind.host.write(blind.actor) as work:
        outbox.retry(work, row.id, looked=False)
    blind.push()
    assert blind.state(order) == "stopped", "many at once are not what somebody looked at"
    with blind.host.write(blind.actor) as work:
        outbox.retry(work, row.id)
    blind.push()
    assert blind.state(order) == "confirmed"
    assert blind.over_there() == [(blind.reference(order), CONFIRMED)]


def test_an_order_carried_out_late_is_found_twice_and_stopped(one_step: Trial) -> None:
    """After the quarantine the ERP comes to the request it had laid aside."""
    order = one_step.order(one_step.party())
    one_step.fail(InDoubt("no answer"), verb="create", when=When.LATE, call=1)
    one_step.push()
    one_step.erp.faults.script.clear()
    age_attempts(one_step, QUARANTINE + timedelta(seconds=1))
    one_step.push()
    assert one_step.state(order) == "confirmed"
    sweep(one_step)
    assert one_step.state(order) == "confirmed", "there is one so far"
    one_step.erp.faults.carry_out()
    sweep(one_step)
    sweep(one_step)
    assert one_step.state(order) == "stopped"
    assert "2 times: SO00001, SO00002" in one_step.link(order).message
    assert one_step.told(order) == "stopped"
    Orders(one_step.erp).cancel([Ref(id="SO00002")])
    (row,) = [row for row in one_step.rows() if row.state == "stopped"]
    with one_step.host.write(one_step.actor) as work:
        outbox.retry(work, row.id)
    one_step.push()
    assert one_step.state(order) == "confirmed"
    assert one_step.erp.faults.calls.count("create") == 2, "nothing was made anew"


def test_an_adopted_order_is_watched_for_doubles_too(one_step: Trial) -> None:
    order = one_step.order(one_step.party())
    one_step.fail(InDoubt("no answer"), verb="create", when=When.AFTER, call=1)
    one_step.push()
    one_step.erp.faults.script.clear()
    age_attempts(one_step, QUARANTINE + timedelta(seconds=1))
    one_step.push()
    assert (one_step.state(order), one_step.external_id(order)) == ("confirmed", "SO00001")
    body = one_step.there_as(order)
    one_step.erp.store.put("SO00077", body, reference=one_step.reference(order))
    sweep(one_step)
    assert one_step.state(order) == "stopped"
    assert "SO00001, SO00077" in one_step.link(order).message


def test_a_total_that_differs_shows_and_stops_though_the_order_is_there(
    one_step: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Orders.find

    def dearer(self: Orders, references: Sequence[str]) -> list[Found]:
        return [replace(hit, net=hit.net + hit.net) for hit in found(self, references)]

    monkeypatch.setattr(Orders, "find", dearer)
    order = one_step.order(one_step.party())
    one_step.push()
    assert one_step.state(order) == "stopped"
    assert "42.00 EUR net; ours is 21.00" in one_step.link(order).message


@pytest.mark.parametrize(
    ("tolerance", "state"), [("0.01", "stopped"), ("0.05", "confirmed"), ("0", "stopped")]
)
def test_the_tolerance_of_the_connection_decides(
    connected: Trial, monkeypatch: pytest.MonkeyPatch, tolerance: str, state: str
) -> None:
    """The ERP computes three cents more."""
    found = Orders.find

    def dearer(self: Orders, references: Sequence[str]) -> list[Found]:
        more = Money(Decimal("0.03"), "EUR")
        return [replace(hit, net=hit.net + more) for hit in found(self, references)]

    monkeypatch.setattr(Orders, "find", dearer)
    with connected.host.write(connected.actor) as work:
        for connection in connections.connections(work):
            take_risks(connection, Risks(tolerance=Decimal(tolerance), at_most_once=False))
    order = connected.order(connected.party())
    connected.push()
    assert connected.state(order) == state


def test_a_draft_of_an_order_that_was_cancelled_meanwhile_is_an_orphan(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", when=When.LATE, call=1)
    connected.push()
    connected.mend()
    connected.fail(Rejected("not like this"), verb="draft")
    connected.push()
    with connected.host.write(connected.actor) as work:
        outbox.withdraw(work, trial.ORDER, order)
    connected.mend()
    connected.erp.faults.carry_out()
    assert [state for _, state in connected.over_there()] == [DocumentState.DRAFT]
    sweep(connected)
    assert connected.over_there() == []


def test_a_draft_that_turns_up_late_is_discarded_by_the_sweep(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", call=1)
    connected.push()
    connected.mend()
    connected.push()
    assert connected.state(order) == "confirmed"
    ours = next(row for row in connected.erp.store.all(SalesOrder))
    late = _late(ours.body)
    connected.erp.store.put("SO99999", late, reference=connected.reference(order))
    sweep(connected)
    assert connected.over_there() == [(connected.reference(order), CONFIRMED)]


def test_the_sweep_leaves_foreign_drafts_alone(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", call=1)
    connected.push()
    connected.mend()
    connected.push()
    theirs = _late(connected.erp.store.all(SalesOrder)[0].body)
    connected.erp.store.put("SO99998", theirs, reference=f"{connected.reference(order)}x")
    sweep(connected)
    assert connected.erp.store.get(SalesOrder, "SO99998") is not None


def _late(order: SalesOrder) -> SalesOrder:
    return replace(order, state=DocumentState.DRAFT, number=None)


def sweep(there: Trial) -> None:
    connection_id: UUID = there.routes()[0].connection_id
    args = {"connection": str(connection_id), "kind": trial.ORDER}
    sweep_strays(InlineContext(there.host, there.actor), args)
