"""Whatever fails at whatever call, and wherever we die: each order is validated once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from core.sync.channel import Channel
from core.sync.open_sessions import drop_session
from core.sync.replies import Reply
from core.testing import trial
from tests.connectors.dolibarr.desk import SKU, Desk
from tests.connectors.dolibarr.server import Fault
from tests.core.sync.test_push_crashes import MANY, Stepping, crash
from tests.core.sync.ways import Crash

#: The engine's own statements die on both databases in core/sync/test_push_crashes.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

#: Of one order: the product, the draft, the look, and for the confirmation a read, the validation
#: and a read.
CALLS = [
    "GET /products/1",
    "createOrder",
    "GET /orders",
    "GET /orders/{id}",
    "updateOrder",
    "GET /orders/{id}",
]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Hundreds of lines cost more than what is tested."""
    with capture_logs():
        yield


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """An order was brought over: the customer is there, and the calls are known."""
    orders = desk.orders(1, sku=SKU)
    desk.plan()
    desk.push()  # asks for the customer
    desk.push()
    desk.assert_each_once(orders)
    there = desk.external_id(orders[0])
    expected = [call.format(id=there) for call in CALLS]
    assert desk.dolibarr.calls == ["createThirdParty", *expected]
    return desk


def new_orders(there: Desk, name: str, count: int = 1) -> list[UUID]:
    party = there.known_party()
    return [there.order(party, f"SO-{name}-{place}", sku=SKU) for place in range(count)]


def test_a_fault_at_any_call_loses_and_doubles_nothing(ready: Desk) -> None:
    for fault in Fault:
        for at in range(1, len(CALLS) + 1):
            orders = new_orders(ready, f"{fault.name}-{at}")
            ready.plan(*[None] * (at - 1), fault)
            ready.push()
            assert len(ready.dolibarr.calls) >= at, (fault, at)
            ready.finish(orders)
            ready.assert_each_once(orders, (fault, at))


def test_a_customer_whose_creation_fails_is_there_once(ready: Desk) -> None:
    """Creating is one step here: what is in doubt is looked for once it can not be under way."""
    for fault in Fault:
        party = ready.party(f"Customer {fault.name}")
        orders = [ready.order(party, f"SO-{fault.name}", sku=SKU)]
        ready.push()  # asks for the customer
        ready.plan(fault)
        ready.push()
        assert ready.dolibarr.calls[0] == "createThirdParty"
        ready.dolibarr.faults.clear()
        ready.later()
        ready.finish(orders)
        ready.assert_each_once(orders, fault)
        reference = ready.link(party.id, trial.PARTY).reference
        assert len(ready.dolibarr.books.carrying("thirdparties", str(reference))) == 1, fault


@pytest.mark.parametrize("answered", [False, True], ids=["before the call", "after the call"])
def test_a_crash_at_any_call_loses_and_doubles_nothing(
    ready: Desk, monkeypatch: pytest.MonkeyPatch, *, answered: bool
) -> None:
    for at in range(1, len(CALLS) + 1):
        orders = new_orders(ready, f"{answered}-{at}")
        with monkeypatch.context() as patched:
            dies_at(at, patched, answered=answered)
            with pytest.raises(Crash):
                ready.push(ready.worker)
        assert_taken_over(ready, orders, (answered, at))


def dies_at(at: int, patched: pytest.MonkeyPatch, *, answered: bool) -> None:
    """The process is gone at this call, once it was carried out or before it left."""
    seen = 0
    real = Channel.reply

    def reply(channel: Channel, *args: Any, **kwargs: Any) -> Reply:
        nonlocal seen
        seen += 1
        if seen == at and not answered:
            raise Crash
        found = real(channel, *args, **kwargs)
        if seen == at:
            raise Crash
        return found

    patched.setattr(Channel, "reply", reply)


def assert_taken_over(there: Desk, orders: Sequence[UUID], where: object) -> None:
    """Another process, which remembers nothing, goes on."""
    for route in there.routes():
        drop_session(there.host, route.connection_id)
    there.push(there.worker)
    there.finish(orders)
    there.assert_each_once(orders, where)


def test_one_that_fails_holds_nobody_back_and_the_rest_is_not_lost(ready: Desk) -> None:
    """The list stops where nobody answers; what was not sent goes with the next run."""
    orders = new_orders(ready, "list", count=3)
    ready.plan(None, None, Fault.RESET_AFTER)  # the second of three drafts
    ready.push()
    assert ready.dolibarr.calls.count("createOrder") == 2
    ready.finish(orders)
    ready.assert_each_once(orders)


def test_a_crash_at_any_transaction_boundary_loses_and_doubles_nothing(ready: Desk) -> None:
    for at in range(1, MANY):
        orders = new_orders(ready, f"step-{at}", count=2)
        try:
            ready.push(Stepping(ready.worker, at, crash))
        except Crash:
            assert_taken_over(ready, orders, at)
        else:
            ready.assert_each_once(orders)
            assert at > 15
            return
    pytest.fail("the run never ended")
