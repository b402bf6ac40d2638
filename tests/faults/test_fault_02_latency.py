"""Row 2: latency. A write that ran out of time is in doubt, a question is simply asked again."""

from __future__ import annotations

from tests.chaos.toxics import Latency, Once
from tests.fixtures_chaos import PATIENCE_S, Wired


def test_fault_02_latency_within_the_deadline_is_waited_for(wired: Wired) -> None:
    wired.connect()
    wired.proxy.script = Once(Latency(PATIENCE_S / 4, PATIENCE_S / 8), times=None)
    order = wired.place("SO-SLOW")
    wired.there.push()
    assert wired.there.state(order) == "confirmed"
    assert wired.proxy.spoilt["Latency"] >= 2


def test_fault_02_write_that_ran_out_of_time_is_in_doubt_and_adopted(wired: Wired) -> None:
    wired.connect()
    wired.proxy.script = Once(Latency(PATIENCE_S + 0.5), asked=b"POST /order/draft")
    order = wired.place("SO-LATE")
    wired.there.push()
    assert (wired.there.state(order), wired.trouble(order)) == ("in_doubt", "sync.in_doubt")
    # The request is under way all the same, and is carried out when nobody listens any more.
    wired.wait(lambda: wired.done(order)["draft"] == 1)
    wired.settle()
    assert wired.there.state(order) == "confirmed"
    assert wired.done(order) == {"draft": 1, "confirm": 1}


def test_fault_02_question_that_ran_out_of_time_leaves_nothing_in_doubt(wired: Wired) -> None:
    wired.connect()
    wired.proxy.script = Once(Latency(PATIENCE_S + 0.5), asked=b"POST /order/find")
    order = wired.place("SO-ASKED")
    wired.there.push()
    assert wired.trouble(order) == "sync.unsent"
    wired.settle()
    assert wired.done(order) == {"draft": 1, "confirm": 1}
