"""Row 4: an ERP that keeps the connection and says nothing more, or never ends its answer."""

from __future__ import annotations

import pytest

from tests.chaos.toxics import Hang, Once, SlowClose, When
from tests.fixtures_chaos import Wired


@pytest.mark.parametrize("when", list(When))
def test_fault_04_hang_frees_the_worker_at_the_deadline(wired: Wired, when: When) -> None:
    wired.connect()
    for verb in ("draft", "confirm", "find"):
        wired.proxy.script = Once(Hang(when), asked=f"POST /order/{verb}".encode())
        order = wired.place(f"SO-{verb}")
        wired.there.push()  # it comes back at all: the worker is free
        assert wired.trouble(order) == ("sync.unsent" if verb == "find" else "sync.in_doubt")
        wired.wait(lambda: wired.proxy.open == 0)  # and it has hung up
        wired.settle()
        assert wired.there.state(order) == "confirmed"
        assert wired.done(order) == {"draft": 1, "confirm": 1}


def test_fault_04_answer_whose_end_does_not_come_is_in_doubt_and_adopted(wired: Wired) -> None:
    wired.connect()
    wired.erp.unmeasured = True
    wired.proxy.script = Once(SlowClose(30), asked=b"POST /order/draft")
    order = wired.place("SO-OPEN")
    wired.there.push()
    assert wired.trouble(order) == "sync.in_doubt"
    wired.settle()
    assert wired.there.state(order) == "confirmed"
    assert wired.done(order) == {"draft": 1, "confirm": 1}
