"""Row 3: answers that trickle. The deadline is over the whole call, not over each read."""

from __future__ import annotations

from tests.chaos.toxics import Bandwidth, Once
from tests.fixtures_chaos import Wired


def test_fault_03_answer_of_1_kb_a_second_ends_at_the_deadline_and_is_adopted(
    wired: Wired,
) -> None:
    wired.connect()
    wired.proxy.script = Once(Bandwidth(1024), asked=b"POST /order/draft")
    # Their answer has several kilobytes, and every 100 ms another piece of it arrives.
    orders = [wired.place(f"SO-{number}") for number in range(30)]
    wired.there.push()
    assert {wired.trouble(order) for order in orders} == {"sync.in_doubt"}
    assert "did not finish its answer within" in wired.message(orders[0])
    wired.settle()
    assert {wired.there.state(order) for order in orders} == {"confirmed"}
    assert [wired.done(order) for order in orders] == [{"draft": 1, "confirm": 1}] * 30
