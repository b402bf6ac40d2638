"""Row 25: one node's wall clock is an hour wrong; leases go by the database's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.actor import system
from core.jobs.queue import enqueue

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage


@pytest.mark.parametrize("shift_h", [1, -1])
def test_fault_25_a_wrong_clock_takes_nothing_over_and_loses_nothing(
    stage: Stage, shift_h: int
) -> None:
    with stage.host.write(system("tests")) as work:
        for name in ("first", "second"):
            enqueue(work, "core.note", {"what": name, "pause_s": 2.5})
    stage.start("core.note", lease_s=1, threads=1, shift_h=shift_h)
    stage.until(lambda: stage.states() == {"running": 1, "waiting": 1})
    stage.start("core.note", lease_s=1, threads=1)
    stage.until(lambda: stage.states() == {"done": 2})
    assert sorted(stage.effects()) == ["first", "second"]
    assert [(job.fence, job.attempts, job.errors) for job in stage.jobs()] == [(1, 1, [])] * 2
