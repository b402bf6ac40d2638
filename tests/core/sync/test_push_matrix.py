"""Every trouble at every call of every verb, for each way an ERP takes orders.

Whatever happens, an order is in the ERP once and firm, or stands visibly with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.fake.faults import Fault, When
from core.clock import utcnow
from core.sync.documents import DocumentState
from core.sync.errors import AuthFailed, Conflict, InDoubt, RateLimited, Rejected, Unsent
from tests.core.sync.outbound import Trial
from tests.core.sync.ways import ASKED_WAYS, WAYS, Case, Crash, is_sampled, no_id, same_id

#: More calls than any of these runs makes.
MANY = 60
TROUBLES: dict[str, tuple[BaseException, When]] = {
    "unsent": (Unsent("away"), When.BEFORE),
    "doubt, not done": (InDoubt("no answer"), When.BEFORE),
    "doubt, done": (InDoubt("no answer"), When.AFTER),
    "limited": (RateLimited("slowly", until=utcnow() + timedelta(hours=1)), When.BEFORE),
    "no rights": (AuthFailed("the session is over"), When.BEFORE),
    "rejected": (Rejected("not like this"), When.BEFORE),
    "stale": (Conflict("changed meanwhile"), When.BEFORE),
    "a bug, not done": (ValueError("a bug"), When.BEFORE),
    "a bug, done": (ValueError("a bug"), When.AFTER),
    "crash, not done": (Crash(), When.BEFORE),
    "crash, done": (Crash(), When.AFTER),
}
GARBLED: dict[str, Callable[[list[Any]], Any]] = {
    "one missing": lambda answers: answers[:-1],
    "one more": lambda answers: [*answers, answers[-1]],
    "none at all": lambda _: [],
    "nothing": lambda _: None,
    "a hole": lambda answers: [None, *answers[1:]],
    "holes": lambda answers: [None] * len(answers),
    "reversed": lambda answers: answers[::-1],
    "one id for all": same_id,
    "no id": no_id,
}
ASKED = ("unsent", "doubt, not done", "doubt, done", "stale", "a bug, done", "crash, done")
SAMPLED = ("doubt, done", "crash, not done", "crash, done")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Hundreds of tracebacks cost more than what is tested."""
    with capture_logs():
        yield


@pytest.fixture(params=WAYS)
def case(there: Trial, request: pytest.FixtureRequest) -> Case:
    found = Case(there, request.param)
    found.connect()
    return found


def test_trouble_at_any_call_of_a_send_ends_well(case: Case) -> None:
    for name in SAMPLED if is_sampled(case.there, case.way) else TROUBLES:
        error, when = TROUBLES[name]
        for at in range(1, MANY):
            orders = case.orders()
            made = case.run(case.push, Fault(error=error, call=at, when=when))
            case.bring_home(orders, f"{name} at call {at}")
            if made < at:
                assert at > 1, "the run talked to nobody"
                break
        else:
            pytest.fail("the run never ended")


# Answers are compared with what was sent in memory, before anything of them is stored.
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_garbled_answers_bind_nothing_crosswise(case: Case) -> None:
    for name, garble in GARBLED.items():
        for at in range(1, MANY):
            orders = case.orders()
            case.faults.garble, case.faults.at, case.faults.lists = garble, at, 0
            case.run(case.push)
            case.faults.garble = None
            case.bring_home(orders, f"{name}, list {at}")
            if case.faults.lists < at:
                assert at > 1, "the run wrote nothing"
                break
        else:
            pytest.fail("the run never ended")


@pytest.mark.parametrize("way", ASKED_WAYS)
@pytest.mark.parametrize("verb", ["cancel", "change"])
def test_trouble_at_any_call_of_a_request_ends_well(there: Trial, verb: str, way: str) -> None:
    case = Case(there, way)
    case.connect()
    for name in SAMPLED if is_sampled(there, way) else ASKED:
        error, when = TROUBLES[name]
        for at in range(1, MANY):
            order = case.firm()
            if verb == "cancel":
                there.ask_cancel(order)
            else:
                there.ask_pieces(order, 5)
            made = case.run(case.push, Fault(error=error, call=at, when=when))
            there.later()
            case.push()
            point = f"{name} at call {at}"
            assert there.asked(order) == "done", point
            body = there.there_as(order)
            cancelled = body.state is DocumentState.CANCELLED
            assert cancelled is (verb == "cancel"), point
            assert body.lines[0].quantity.amount == Decimal(2 if cancelled else 5), point
            if made < at:
                break
        else:
            pytest.fail("the run never ended")
