"""The push run may die, or be overtaken, at any step: each order is confirmed once all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.fake.faults import Fault, When
from core.clock import utcnow
from core.host import Host
from core.sync.documents import DocumentState, Invoice
from core.sync.inline import InlineContext
from core.sync.models import OutboxRow, OutboxState
from core.work import OURSELVES, UnitOfWork
from tests.core.sync.outbound import Trial
from tests.core.sync.ways import ASKED_WAYS, WAYS, Case, Crash, is_sampled

#: More steps than a run of two rounds and two kinds has.
MANY = 200


@dataclass
class Stepping:
    """Calls ``act`` at one boundary of a transaction: before it, before its commit, or after it.

    ``inside`` False leaves the middle one out: nobody overtakes where rows are locked.
    """

    inner: InlineContext
    at: int
    act: Callable[[], None]
    inside: bool = True
    seen: int = 0

    @property
    def host(self) -> Host:
        return self.inner.host

    @property
    def job_id(self) -> UUID:
        return self.inner.job_id

    @property
    def stopping(self) -> bool:
        return False

    @contextmanager
    def write(self, *, source: str = OURSELVES) -> Iterator[UnitOfWork]:
        self._step()
        with self.inner.write(source=source) as work:
            yield work
            if self.inside:
                work.session.flush()
                self._step()
        self._step()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        self._step()
        with self.inner.read() as work:
            yield work

    def _step(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.act()


def crash() -> None:
    raise Crash


def assert_all_once(there: Trial, orders: Sequence[UUID]) -> None:
    references = sorted(there.reference(order) for order in orders)
    mine = [row for row in there.over_there() if row[0] in references]
    assert mine == [(reference, DocumentState.CONFIRMED) for reference in references]
    assert {there.state(order) for order in orders} == {"confirmed"}
    confirmed = [row for row in there.over_there() if row[1] is DocumentState.CONFIRMED]
    assert len(there.erp.store.all(Invoice)) == len(confirmed)


def test_a_crash_at_any_transaction_boundary_loses_and_doubles_nothing(connected: Trial) -> None:
    for at in range(1, MANY):
        orders = connected.orders(2)
        inner = InlineContext(connected.host, connected.actor)
        try:
            connected.push(Stepping(inner, at, crash))
        except Crash:
            connected.push(inner)
            connected.make_due()
            connected.push(inner)
            assert_all_once(connected, orders)
        else:
            assert_all_once(connected, orders)
            assert at > 20
            return
    pytest.fail("the run never ended")


@pytest.mark.parametrize("when", [When.BEFORE, When.AFTER])
def test_a_crash_at_any_call_loses_and_doubles_nothing(connected: Trial, when: When) -> None:
    for at in range(1, MANY):
        orders = connected.orders(2)
        inner = InlineContext(connected.host, connected.actor)
        connected.erp.faults.calls.clear()
        connected.erp.faults.script[:] = [Fault(error=Crash(), call=at, when=when)]
        try:
            connected.push(inner)
        except Crash:
            connected.erp.faults.script.clear()
            connected.push(inner)
            connected.make_due()
            connected.push(inner)
            assert_all_once(connected, orders)
        else:
            assert at > 3
            return
    pytest.fail("the run never ended")


def expire_claims(there: Trial) -> None:
    """The run that holds them has not been heard of for longer than a claim lasts."""
    with there.host.write(there.actor) as work:
        for row in work.session.scalars(select(OutboxRow)):
            if row.state is OutboxState.CLAIMED:
                row.claimed_until = utcnow() - timedelta(seconds=1)


def test_a_frozen_run_that_is_overtaken_and_goes_on_doubles_nothing(connected: Trial) -> None:
    """At every step: the first run stops there, a second does all the work, the first goes on."""
    for at in range(1, MANY):
        orders = connected.orders(2)

        def overtake() -> None:
            expire_claims(connected)
            connected.push()

        frozen = Stepping(
            InlineContext(connected.host, connected.actor), at, overtake, inside=False
        )
        connected.push(frozen)
        connected.make_due()
        connected.push()
        assert_all_once(connected, orders)
        if frozen.seen < at:
            assert at > 20
            assert "discard" in connected.erp.faults.calls, "no second draft was ever made"
            return
    pytest.fail("the run never ended")


def test_two_runs_at_once_share_the_work(connected: Trial) -> None:
    orders = connected.orders(20)
    runs = [Thread(target=connected.push) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    connected.make_due()
    connected.push()
    assert_all_once(connected, orders)


def test_what_a_dead_run_held_is_taken_over_when_its_time_is_up(connected: Trial) -> None:
    (order,) = connected.orders(1)
    connected.push()
    assert connected.state(order) == "confirmed"
    (second,) = connected.orders(1)
    connected.erp.faults.script[:] = [Fault(error=Crash(), verb="draft", call=None)]
    with pytest.raises(Crash):
        connected.push()
    connected.erp.faults.script.clear()
    connected.push()
    assert connected.state(second) == "sending"
    expire_claims(connected)
    connected.push()
    assert_all_once(connected, [order, second])


@pytest.mark.parametrize("way", [way for way in WAYS if way != "drafts"])
def test_a_crash_at_any_transaction_boundary_ends_well_each_way(there: Trial, way: str) -> None:
    """As above, for ERPs without drafts."""
    case = Case(there, way)
    case.connect()
    for at in range(1, MANY):
        orders = case.orders()
        inner = Stepping(InlineContext(there.host, there.actor), at, crash)
        case.run(partial(case.push, inner))
        case.bring_home(orders, f"crash at step {at}")
        if inner.seen < at:
            assert at > 10
            return
    pytest.fail("the run never ended")


@pytest.mark.parametrize("way", ASKED_WAYS)
@pytest.mark.parametrize("verb", ["cancel", "change"])
def test_a_crash_at_any_transaction_boundary_of_a_request_ends_well(
    there: Trial, verb: str, way: str
) -> None:
    case = Case(there, way)
    case.connect()
    for at in range(1, MANY, 4 if is_sampled(there, way) else 1):
        order = case.firm()
        if verb == "cancel":
            there.ask_cancel(order)
        else:
            there.ask_pieces(order, 5)
        inner = InlineContext(there.host, there.actor)
        stepping = Stepping(inner, at, crash)
        with suppress(Crash):
            case.push(stepping)
        there.later()
        case.push()
        assert there.asked(order) == "done", f"crash at step {at}"
        body = there.there_as(order)
        if verb == "cancel":
            assert body.state is DocumentState.CANCELLED
        else:
            assert body.state is DocumentState.CONFIRMED
            assert body.lines[0].quantity.amount == Decimal(5)
        if stepping.seen < at:
            assert at > 10
            return
    pytest.fail("the run never ended")
