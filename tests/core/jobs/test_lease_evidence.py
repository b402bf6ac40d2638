"""A lease is over when the database says so, whatever this machine's clock says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.actor import system
from core.clock import utcnow
from core.db.moment import database_now
from core.ids import new_id
from core.jobs import claims
from core.jobs.models import JobState, StoredJob, WorkerProcess

if TYPE_CHECKING:
    from tests.fixtures_stage import Stage


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)], ids=["fast", "slow"])
@pytest.mark.parametrize(("lease_s", "over"), [(60, 0), (-1, 1)], ids=["alive", "dead"])
def test_a_wrong_clock_here_takes_over_neither_too_early_nor_too_late(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, wrong: timedelta, lease_s: int, over: int
) -> None:
    other = new_id()
    with stage.host.write(system("tests")) as work:
        beats = {"beat_at": database_now(), "expires_at": database_now(lease_s)}
        work.session.add(WorkerProcess(id=other, host="elsewhere", pid=1, **beats))
        work.session.add(
            StoredJob(
                name="core.note",
                args={},
                state=JobState.RUNNING,
                run_at=database_now(),
                process_id=other,
                fence=1,
                errors=[],
            )
        )
    monkeypatch.setattr(claims, "utcnow", lambda: utcnow() + wrong)
    with stage.host.write(system("tests")) as work:
        assert claims.take_over(work.session, {}, new_id(), ()) == over
