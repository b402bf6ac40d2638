"""The demo's Tryton: started again in seconds, taken over from a killed process, never guessed."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from connectors.tryton.demo.erp import TrytonDemo
from core.errors import NotFound, RuleBroken
from tests.fixtures_tryton import RunningTryton

pytestmark = pytest.mark.tryton


def test_a_second_start_is_quick_and_keeps_port_and_data(fresh_tryton: RunningTryton) -> None:
    demo = fresh_tryton.demo
    fresh_tryton.rpc("party.party", "create", [{"name": "Kept", "code": "KEPT"}])
    before = dict(demo.settings)
    demo.stop()
    began = time.monotonic()
    demo.start(lambda _line: None)
    # Five seconds on a quiet machine; the tests of others share this one.
    assert time.monotonic() - began < 15
    assert demo.settings == before
    assert fresh_tryton.rpc("party.party", "search_count", [["code", "=", "KEPT"]]) == 1


def test_a_server_left_behind_is_taken_over_and_stopped(
    fresh_tryton: RunningTryton, tryton_template: Path, tmp_path: Path
) -> None:
    """As when Tandem was killed: nobody told Tryton to stop."""
    lines: list[str] = []
    later = TrytonDemo(tmp_path / "tryton", template=tryton_template)
    later.start(lines.append)
    assert lines == [f"Tryton is still up on {later.url}"]
    assert later.pid == fresh_tryton.demo.pid
    later.stop()
    with pytest.raises(RuleBroken, match="does not run"):
        _ = later.pid


def test_a_taken_port_is_one_clear_line(tryton_template: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        demo = TrytonDemo(tmp_path / "tryton", template=tryton_template, port=port)
        with pytest.raises(RuleBroken, match=f"port {port} .* is taken by another program"):
            demo.start(lambda _line: None)


def test_an_order_nobody_sent_is_not_shipped(tryton: RunningTryton) -> None:
    with pytest.raises(NotFound, match="no sale with the reference SO-NEVER"):
        tryton.demo.ship("SO-NEVER")
