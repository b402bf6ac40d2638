"""Row 7: 5xx says nothing about whether the work was done: in doubt, and the ERP is asked."""

from __future__ import annotations

import pytest

from tests.chaos.erp import Answer, Saying
from tests.fixtures_chaos import Wired


@pytest.mark.parametrize("done", [False, True], ids=["before commit", "after commit"])
def test_fault_07_server_error_is_in_doubt_and_never_makes_a_second_order(
    wired: Wired, *, done: bool
) -> None:
    wired.connect()
    for status in (500, 502, 503, 504):
        for verb in ("draft", "confirm"):
            wired.erp.script = Saying(Answer(status=status, done=done), f"order/{verb}")
            order = wired.place(f"SO-{status}-{verb}")
            wired.there.push()
            assert wired.trouble(order) == "sync.in_doubt", (status, verb)
            assert f"HTTP {status}" in wired.message(order)
            assert wired.done(order)[verb] == int(done)
            wired.settle()
            assert wired.there.state(order) == "confirmed"
            assert wired.done(order) == {"draft": 1, "confirm": 1}, (status, verb)


def test_fault_07_server_error_to_a_question_leaves_nothing_in_doubt(wired: Wired) -> None:
    wired.connect()
    wired.erp.script = Saying(Answer(status=503), "order/find")
    order = wired.place("SO-ASKED")
    wired.there.push()
    assert wired.trouble(order) == "sync.unsent"
    wired.settle()
    assert wired.done(order) == {"draft": 1, "confirm": 1}
