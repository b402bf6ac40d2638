"""Records on their way out: what becomes of each, and what people see of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.fake.faults import When
from connectors.fake.orders import Orders
from core.clock import utcnow
from core.sync import connections
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import Conflict, InDoubt, NotFound, RateLimited, Unsent
from core.sync.models import Attempt, AttemptItem, AttemptOutcome, Binding, Connection
from tests.core.sync.outbound import Trial

CONFIRMED, DRAFT = DocumentState.CONFIRMED, DocumentState.DRAFT


def test_an_order_and_its_new_customer_arrive_once(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.push()
    link = connected.link(order)
    assert connected.state(order) == connected.told(order) == "confirmed"
    assert connected.over_there() == [(link.reference, CONFIRMED)]
    assert link.external_id == link.number == "SO00001"
    assert connected.reference(order).startswith("SO-1-")


def test_many_orders_leave_in_few_requests(connected: Trial) -> None:
    orders = connected.orders(30)
    connected.erp.faults.calls.clear()
    connected.push()
    assert {connected.state(order) for order in orders} == {"confirmed"}
    calls = connected.erp.faults.calls
    assert [calls.count(verb) for verb in ("upsert", "draft", "find", "confirm")] == [1, 1, 1, 1]


def test_the_version_our_write_made_is_remembered(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.push()
    with connected.host.read(connected.actor) as work:
        bound = work.session.scalars(select(Binding).where(Binding.local_id == order)).one()
    assert bound.version == connected.erp.store.all(SalesOrder)[0].ref.version


def test_an_order_waits_for_a_connection_and_leaves_when_there_is_one(there: Trial) -> None:
    order = there.order(there.party())
    there.push()
    assert there.state(order) == "waiting"
    assert "no connection" in there.link(order).message
    connection_id = there.add()
    there.push()
    assert there.state(order) == "waiting", "a connection that was never tested is none yet"
    assert connections.check(there.host, there.actor, connection_id).ok
    assert there.state(order) == "queued"
    there.push()
    assert there.state(order) == "confirmed"


@pytest.mark.parametrize("verb", ["draft", "confirm", "find"])
def test_an_erp_that_is_away_is_waited_for(connected: Trial, verb: str) -> None:
    order = connected.order(connected.party())
    connected.fail(Unsent("erp.example can not be reached"), verb=verb)
    connected.push()
    link = connected.link(order)
    assert connected.state(order) == ("queued" if verb == "draft" else "acknowledged")
    assert link.message == "erp.example can not be reached"
    assert connected.next_try_at(order) > utcnow()
    connected.mend()
    connected.push()
    assert connected.state(order) == "confirmed"
    assert connected.link(order).message == ""
    assert connected.over_there() == [(link.reference, CONFIRMED)]


def test_each_try_waits_longer_than_the_one_before(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(Unsent("away"), verb="draft")
    waits = []
    for _ in range(4):
        connected.make_due()
        before = utcnow()
        connected.push()
        waits.append((connected.next_try_at(order) - before).total_seconds())
    assert waits == sorted(waits)
    assert 1 < waits[0] < 4
    assert waits[-1] > 10


@pytest.mark.parametrize("verb", ["draft", "confirm"])
def test_a_lost_answer_is_in_doubt_and_found(connected: Trial, verb: str) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("the connection broke"), verb=verb, when=When.AFTER)
    connected.push()
    assert connected.state(order) == connected.told(order) == "in_doubt"
    assert "no answer came" in connected.link(order).message
    connected.mend()
    connected.push()
    assert connected.state(order) == "confirmed"
    assert connected.over_there() == [(connected.reference(order), CONFIRMED)]


def test_a_request_in_doubt_that_never_arrived_is_sent_again(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("HTTP 502"), verb="draft", call=1)
    connected.push()
    assert connected.over_there() == []
    connected.mend()
    connected.push()
    assert connected.over_there() == [(connected.reference(order), CONFIRMED)]


def test_a_frozen_erp_keeps_orders_visibly_in_doubt_until_it_is_back(connected: Trial) -> None:
    orders = connected.orders(20)
    connected.fail(InDoubt("no answer within 60 s"), verb="draft", when=When.AFTER)
    connected.push()
    assert {connected.state(order) for order in orders} == {"in_doubt"}
    connected.fail(Unsent("no answer within 60 s"), verb="find")
    for _ in range(3):
        connected.make_due()
        connected.push()
    assert {connected.state(order) for order in orders} == {"in_doubt"}
    assert connected.erp.faults.calls.count("draft") == 0, "nothing is sent before a look"
    connected.mend()
    connected.push()
    assert {connected.state(order) for order in orders} == {"confirmed"}
    assert [state for _, state in connected.over_there()] == [CONFIRMED] * 20


def test_wrong_credentials_mean_one_call_and_no_more(connected: Trial) -> None:
    (connection,) = [route.connection_id for route in connected.routes()][:1]
    order = connected.order(connected.party())
    object.__setattr__(connected.erp, "password", "changed over there")
    with connected.host.write(connected.actor) as work:
        connections.configure(work, connected.host, connection, {"password": "old"})
    connected.erp.faults.calls.clear()
    for _ in range(5):
        connected.make_due()
        connected.push()
    assert connected.erp.faults.calls == ["login"]
    with connected.host.read(connected.actor) as work:
        found = work.session.get_one(Connection, connection)
        assert found.state == "needs_credentials"
        assert "the password is wrong" in found.last_error
    with connected.host.write(connected.actor) as work:
        connections.configure(work, connected.host, connection, {"password": "changed over there"})
    assert connections.check(connected.host, connected.actor, connection).ok
    connected.push()
    assert connected.state(order) == "confirmed"


def test_a_paused_connection_sends_nothing_and_loses_nothing(connected: Trial) -> None:
    connection = connected.routes()[0].connection_id
    with connected.host.write(connected.actor) as work:
        connections.pause(work, connection)
    order = connected.order(connected.party())
    connected.erp.faults.calls.clear()
    connected.push()
    assert connected.erp.faults.calls == []
    assert connected.state(order) == "queued"
    assert connections.resume(connected.host, connected.actor, connection).ok
    connected.push()
    assert connected.state(order) == "confirmed"


def test_an_erp_that_asks_to_wait_is_given_the_time_and_no_try_is_counted(connected: Trial) -> None:
    order = connected.order(connected.party())
    until = utcnow() + timedelta(minutes=5)
    connected.fail(RateLimited("too many requests", until=until), verb="draft")
    connected.push()
    assert connected.next_try_at(order) == until
    assert {row.attempts for row in connected.rows()} == {0}
    connected.mend()
    connected.push()
    assert connected.state(order) == "confirmed"


def test_a_stale_version_is_tried_three_times(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(Conflict("somebody changed it"), verb="confirm")
    states = []
    for _ in range(3):
        connected.make_due()
        connected.push()
        states.append(connected.state(order))
    assert states == ["acknowledged", "acknowledged", "stopped"]


def test_a_draft_that_was_deleted_over_there_is_not_made_again(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(Unsent("away"), verb="confirm")
    connected.push()
    connected.erp.store.delete(SalesOrder, connected.external_id(order))
    connected.mend()
    connected.push()
    assert connected.state(order) == "stopped"
    assert "no longer in the ERP" in connected.link(order).message
    assert connected.over_there() == []


def test_an_order_deleted_while_it_is_confirmed_stops(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(NotFound("there is no order SO00001"), verb="confirm")
    connected.push()
    assert connected.state(order) == "stopped"


def test_a_connector_that_breaks_or_answers_too_little_leaves_the_list_in_doubt(
    connected: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = connected.order(connected.party())
    connected.fail(KeyError("id"), verb="draft", when=When.AFTER)
    connected.push()
    assert connected.state(order) == "in_doubt"
    assert "KeyError" in connected.link(order).message
    connected.mend()
    whole = Orders.confirm
    monkeypatch.setattr(Orders, "confirm", lambda self, refs: whole(self, refs)[1:])
    connected.push()
    assert connected.state(order) == "in_doubt"
    monkeypatch.undo()
    connected.make_due()
    connected.push()
    assert connected.over_there() == [(connected.reference(order), CONFIRMED)]


def test_an_erp_that_answers_looks_but_never_writes_stops_for_a_person(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("HTTP 500"), verb="confirm")
    for _ in range(12):
        connected.make_due()
        connected.push()
    assert connected.state(order) == "stopped"
    assert connected.erp.faults.calls.count("confirm") == 8


def test_attempts_tell_what_left_and_how_it_ended(connected: Trial) -> None:
    connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="confirm", when=When.AFTER)
    connected.push()
    connected.mend()
    connected.push()
    with connected.host.read(connected.actor) as work:
        rows = work.session.execute(
            select(Attempt.verb, AttemptItem.outcome)
            .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
            .order_by(Attempt.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("upsert", AttemptOutcome.DONE),
        ("draft", AttemptOutcome.DONE),
        ("confirm", AttemptOutcome.RESOLVED),
    ]
