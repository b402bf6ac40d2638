"""Cancellations and changes of orders the ERP has: asked for, answered, refused, in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from connectors.fake.faults import When
from core.clock import utcnow
from core.errors import RuleBroken
from core.sync import connections
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import Conflict, InDoubt, RateLimited, Unsent
from core.sync.requested import take_back
from tests.core.sync.outbound import Trial

WAYS = ("drafts", "upserts", "creates")


@pytest.fixture(params=WAYS)
def confirmed(there: Trial, request: pytest.FixtureRequest) -> tuple[Trial, UUID]:
    """An order that is firm over there."""
    there.connect(orders=request.param)
    return there, sent(there)


def sent(there: Trial) -> UUID:
    order = there.order(there.party())
    there.push()
    assert there.state(order) == "confirmed", there.link(order)
    return order


@pytest.fixture
def order(connected: Trial) -> UUID:
    return sent(connected)


def pieces(there: Trial, order: UUID) -> Decimal:
    return there.there_as(order).lines[0].quantity.amount


def test_an_order_is_cancelled_over_there(confirmed: tuple[Trial, UUID]) -> None:
    there, order = confirmed
    there.ask_cancel(order)
    assert there.asked(order) == "requested"
    there.push()
    assert there.asked(order) == "done"
    assert there.over_there() == [(there.reference(order), DocumentState.CANCELLED)]
    assert there.state(order) == "confirmed", "how far it came to the ERP is another matter"


def test_an_order_gets_other_lines_over_there(confirmed: tuple[Trial, UUID]) -> None:
    there, order = confirmed
    there.ask_pieces(order, 5)
    there.push()
    assert there.asked(order) == "done"
    assert pieces(there, order) == 5
    assert there.over_there() == [(there.reference(order), DocumentState.CONFIRMED)]


@pytest.mark.parametrize("way", ["cancel", "change"])
def test_what_is_shipped_is_refused_in_the_erps_words(
    connected: Trial, order: UUID, way: str
) -> None:
    connected.erp.ship(connected.reference(order))
    if way == "cancel":
        connected.ask_cancel(order)
    else:
        connected.ask_pieces(order, 5)
    connected.push()
    connected.make_due()
    connected.push()
    asked = connected.requests(order)[0]
    assert (asked.state, asked.message) == ("refused", "order SO00001 is shipped already")
    assert connected.state(order) == "confirmed"
    assert connected.over_there() == [(connected.reference(order), DocumentState.CONFIRMED)]


def test_a_request_that_was_not_sent_is_taken_back(connected: Trial, order: UUID) -> None:
    request = connected.ask_cancel(order)
    assert connected.requests(order)[0].undoable
    with connected.host.write(connected.actor) as work:
        take_back(work, request)
    connected.push()
    assert connected.asked(order) == "withdrawn"
    assert connected.over_there() == [(connected.reference(order), DocumentState.CONFIRMED)]


@pytest.mark.parametrize("when", list(When))
def test_a_request_that_may_have_left_is_not_taken_back(
    connected: Trial, order: UUID, when: When
) -> None:
    request = connected.ask_cancel(order)
    connected.fail(InDoubt("no answer"), verb="cancel", when=when)
    connected.push()
    assert connected.asked(order) == "in_doubt"
    assert not connected.requests(order)[0].undoable
    with connected.host.write(connected.actor) as work, pytest.raises(RuleBroken, match="sent"):
        take_back(work, request)


def test_a_cancellation_in_doubt_is_looked_up_before_it_is_repeated(
    connected: Trial, order: UUID
) -> None:
    connected.ask_cancel(order)
    connected.fail(InDoubt("no answer"), verb="cancel", when=When.AFTER, call=1)
    connected.push()
    connected.mend()
    connected.push()
    assert connected.asked(order) == "done"
    assert connected.erp.faults.calls.count("cancel") == 1, "it was seen to be done"


@pytest.mark.parametrize("when", list(When))
def test_a_change_in_doubt_is_looked_up_and_made_once(
    connected: Trial, order: UUID, when: When
) -> None:
    connected.ask_pieces(order, 5)
    connected.fail(InDoubt("no answer"), verb="update", when=when, call=1)
    connected.push()
    connected.mend()
    connected.push()
    connected.erp.faults.carry_out() if when is not When.LATE else None
    assert connected.asked(order) == "done"
    assert pieces(connected, order) == 5


def test_changes_that_wait_are_one_and_the_last_one_goes(connected: Trial, order: UUID) -> None:
    for wished in (3, 4, 5):
        connected.ask_pieces(order, wished)
    connected.push()
    states = [asked.state.value for asked in connected.requests(order)]
    assert states == ["done", "withdrawn", "withdrawn"]
    assert connected.erp.faults.calls.count("update") == 1
    assert pieces(connected, order) == 5


def test_a_later_change_never_overtakes_one_that_is_in_doubt(connected: Trial, order: UUID) -> None:
    connected.ask_pieces(order, 5)
    connected.fail(InDoubt("no answer"), verb="update", call=1)
    connected.push()
    connected.ask_pieces(order, 7)
    connected.erp.faults.script.clear()
    connected.push()
    assert connected.erp.faults.calls.count("update") == 1, "the earlier one waits for its turn"
    connected.make_due()
    connected.push()
    assert [asked.state.value for asked in connected.requests(order)] == ["done", "done"]
    assert pieces(connected, order) == 7


def test_a_cancellation_takes_the_place_of_a_change_that_waits(
    connected: Trial, order: UUID
) -> None:
    connected.ask_pieces(order, 5)
    connected.ask_cancel(order)
    connected.push()
    assert [asked.state.value for asked in connected.requests(order)] == ["done", "withdrawn"]
    assert connected.erp.faults.calls.count("update") == 0


def test_what_moved_over_there_without_other_lines_is_changed_all_the_same(
    connected: Trial, order: UUID
) -> None:
    """Its version is another one: the first try is a conflict, and what is read is what we knew."""
    bump(connected, order)
    connected.ask_pieces(order, 5)
    connected.push()
    connected.make_due()
    connected.push()
    assert connected.erp.faults.calls.count("update") == 2
    assert connected.asked(order) == "done"
    assert pieces(connected, order) == 5


def test_other_lines_on_both_sides_stop_the_change_with_both_values(
    connected: Trial, order: UUID
) -> None:
    body = connected.there_as(order)
    line = replace(body.lines[0], quantity=replace(body.lines[0].quantity, amount=Decimal(9)))
    bump(connected, order, replace(body, lines=(line,), net=line.unit_price * Decimal(9)))
    connected.ask_pieces(order, 5)
    connected.push()
    connected.make_due()
    connected.push()
    asked = connected.requests(order)[0]
    assert asked.state == "stopped"
    for words in ("There: 9 x CHAIR-01", "Here: 2 x CHAIR-01", "Wished: 5 x CHAIR-01"):
        assert words in asked.message
    assert pieces(connected, order) == 9


def test_a_version_that_never_fits_stops_after_three_tries(connected: Trial, order: UUID) -> None:
    connected.fail(Conflict("changed meanwhile"), verb="update")
    connected.ask_pieces(order, 5)
    for _ in range(5):
        connected.push()
        connected.make_due()
    assert connected.asked(order) == "stopped"
    assert connected.erp.faults.calls.count("update") == 3


def bump(there: Trial, order: UUID, body: SalesOrder | None = None) -> None:
    """Somebody over there saved the order."""
    body = body or there.there_as(order)
    there.erp.store.put(there.external_id(order), body, reference=there.reference(order))


def test_what_was_deleted_over_there_is_not_made_again(connected: Trial, order: UUID) -> None:
    connected.erp.store.delete(SalesOrder, connected.external_id(order))
    connected.ask_pieces(order, 5)
    connected.push()
    assert connected.asked(order) == "stopped"
    assert "no longer has it" in connected.requests(order)[0].message
    assert connected.over_there() == []


@pytest.mark.parametrize(
    "error",
    [Unsent("away"), RateLimited("slowly", until=utcnow() + timedelta(hours=1))],
    ids=["unsent", "limited"],
)
def test_what_never_reached_the_erp_is_asked_again(
    connected: Trial, order: UUID, error: Exception
) -> None:
    connected.ask_cancel(order)
    connected.fail(error, verb="cancel", call=1)
    connected.push()
    assert connected.asked(order) == "requested"
    connected.later()
    connected.push()
    assert connected.asked(order) == "done"


def test_a_draft_that_can_not_become_firm_is_cancelled_all_the_same(connected: Trial) -> None:
    """Its total is another one over there: it stands stopped, and is not wanted any more."""
    order = connected.order(connected.party())
    connected.fail(Unsent("away"), verb="confirm", call=1)
    connected.push()
    body, key = connected.there_as(order), connected.external_id(order)
    dearer = replace(body, net=body.net + body.net)
    connected.erp.store.put(key, dearer, reference=connected.reference(order))
    connected.mend()
    connected.push()
    assert connected.state(order) == "stopped"
    connected.ask_cancel(order)
    connected.push()
    assert connected.asked(order) == "done"
    assert connected.state(order) is None
    assert connected.over_there() == [(connected.reference(order), DocumentState.CANCELLED)]


def test_an_order_goes_on_its_way_when_its_cancellation_is_taken_back(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(Unsent("away"), verb="confirm", call=1)
    connected.push()
    request = connected.ask_cancel(order)
    with connected.host.write(connected.actor) as work:
        take_back(work, request)
    connected.mend()
    connected.push()
    assert connected.state(order) == "confirmed"


def test_an_erp_that_can_not_cancel_is_not_asked(there: Trial) -> None:
    there.connect(orders="creates_only")
    with there.host.write(there.actor) as work:
        for connection in connections.connections(work):
            connection.accepts_at_most_once = True
    order = sent(there)
    with pytest.raises(RuleBroken, match="erp can not cancel from here"):
        there.ask_cancel(order)


def test_what_may_not_have_arrived_can_not_be_asked_for(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", call=1)
    connected.push()
    with pytest.raises(RuleBroken, match="not sure yet"):
        connected.ask_cancel(order)
