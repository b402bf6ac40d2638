"""Row 28: a connector that raises, hangs or swells. What is promised, and what is not:

An exception is caught where a connector is called: it is that record's or that feed's trouble, in
words, and other connections go on. On the wire every call has a deadline and a cap of bytes, so
what hangs there frees its worker, and what comes in is bounded by page and cap (row 13). A
connector that loops or gathers memory in its own code shares the worker's process: it holds one
thread, its own route, and the operator's limit on the process ends it; what it had claimed is
taken over.
"""

from __future__ import annotations

from tests.chaos.toxics import Hang, Once, When
from tests.faults.gates import beside, is_admitted
from tests.faults.hostile import RAISES, LoudConnector
from tests.fixtures_chaos import PATIENCE_S, Wired


def make_loud(wired: Wired) -> None:
    """From now on the connector is the one that fails in its own code."""
    installed = wired.there.host.registry.connectors.installed["chaos"]
    object.__setattr__(installed, "item", LoudConnector())


def test_fault_28_hostile_code_is_the_trouble_of_its_record_alone(wired: Wired) -> None:
    make_loud(wired)
    connection_id = wired.connect()
    other = beside(wired)
    bad = wired.place(f"SO-{RAISES}")
    wired.there.push()
    assert wired.trouble(bad) == "sync.in_doubt"
    assert "RuntimeError" in wired.message(bad)
    assert wired.erp.token not in wired.message(bad)
    assert is_admitted(wired, connection_id)
    assert is_admitted(wired, other)
    good = wired.place("SO-GOOD")
    wired.there.push()
    assert wired.there.state(good) == "confirmed"


def test_fault_28_hostile_silence_ends_at_the_deadline_and_the_next_one_goes(
    wired: Wired,
) -> None:
    wired.connect(deadline_s=PATIENCE_S)
    wired.proxy.script = Once(Hang(When.BEFORE), asked=b"POST /order/draft")
    hung = wired.place("SO-HUNG")
    wired.there.push()
    assert f"within {PATIENCE_S:g} s" in wired.message(hung)
    good = wired.place("SO-GOOD")
    wired.there.push()
    assert wired.there.state(good) == "confirmed"
    wired.settle()
    assert wired.done(hung) == {"draft": 1, "confirm": 1}
