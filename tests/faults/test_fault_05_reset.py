"""Row 5: the connection is reset. Before the ERP heard of it: sent again. After: adopted."""

from __future__ import annotations

import pytest

from tests.chaos.toxics import Once, Reset, When
from tests.fixtures_chaos import Wired


@pytest.mark.parametrize("one_step", [False, True], ids=["drafts", "one step"])
@pytest.mark.parametrize("when", list(When))
def test_fault_05_reset_of_each_request_in_turn_makes_one_order(
    wired: Wired, *, when: When, one_step: bool
) -> None:
    wired.connect(one_step=one_step)
    verbs = ("create",) if one_step else ("draft", "find", "confirm")
    wanted = {"create": 1} if one_step else {"draft": 1, "confirm": 1}
    for verb in verbs:
        wired.proxy.script = Once(Reset(when), asked=f"POST /order/{verb}".encode())
        order = wired.place(f"SO-{verb}")
        wired.there.push()
        assert wired.trouble(order) == ("sync.unsent" if verb == "find" else "sync.in_doubt")
        assert wired.done(order)[verb] == (1 if when is When.AFTER and verb in wanted else 0)
        wired.settle()
        assert wired.there.state(order) == "confirmed"
        assert wired.done(order) == wanted
