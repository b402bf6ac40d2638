"""Row 6: answers cut off. A 2xx that can not be read says nothing about the write: in doubt."""

from __future__ import annotations

import pytest

from tests.chaos.toxics import Once, Truncate
from tests.fixtures_chaos import Wired

#: In the status line, in the headers, at the start of the body, near its end.
CUTS = (5, 60, 150, 200)


@pytest.mark.parametrize("unmeasured", [False, True], ids=["with length", "until closed"])
def test_fault_06_answer_cut_off_anywhere_is_in_doubt_and_adopted(
    wired: Wired, *, unmeasured: bool
) -> None:
    """Without a length the cut looks like the end: then the content must tell."""
    wired.connect()
    for verb in ("draft", "confirm"):
        for cut in CUTS:
            wired.erp.unmeasured = unmeasured
            wired.proxy.script = Once(Truncate(cut), asked=f"POST /order/{verb}".encode())
            order = wired.place(f"SO-{verb}-{cut}")
            wired.there.push()
            assert wired.trouble(order) == "sync.in_doubt", (verb, cut)
            assert wired.done(order)[verb] == 1
            wired.settle()
            assert wired.there.state(order) == "confirmed"
            assert wired.done(order) == {"draft": 1, "confirm": 1}, (verb, cut)
