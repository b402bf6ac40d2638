"""``tandem job``, ``event`` and ``alert``: what stopped is found, and set going again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.actor import system
from core.cli.root import tandem
from core.clock import utcnow
from core.events import EventPosition
from core.host import Host
from core.jobs.models import JobState, StoredJob

Run = Callable[..., Result]
ACTOR = system("tests")


@pytest.fixture
def run(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(host.settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", host.settings.database_url)

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(tandem, arguments)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_stopped_job_is_listed_with_its_reason_and_tried_again(host: Host, run: Run) -> None:
    job = StoredJob(
        name="core.alerts.send",
        args={},
        state=JobState.STOPPED,
        reason="MailRefused: no",
        attempts=8,
        run_at=utcnow(),
        ended_at=utcnow(),
    )
    with host.write(ACTOR) as work:
        work.session.add(job)
    listed = run("job", "list").output
    assert f"{job.id}\tcore.alerts.send\tstopped\t8" in listed
    assert "MailRefused: no" in listed
    run("job", "retry", code=2)
    assert "One job is tried again." in run("job", "retry", str(job.id)).output
    assert "core.alerts.send" not in run("job", "list").output
    assert "waiting" in run("job", "list", "--state", "all", "--name", "core.alerts.send").output
    run("job", "retry", str(job.id), code=1)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_stopped_subscriber_is_resumed(host: Host, run: Run) -> None:
    with host.write(ACTOR) as work:
        work.session.add(
            EventPosition(subscriber="loyalty.award", module="loyalty", stopped="no such party")
        )
    assert "loyalty.award\tloyalty\t0\t\tno such party" in run("event", "list", "--stopped").output
    run("event", "resume", "loyalty.award")
    assert "loyalty.award" not in run("event", "list", "--stopped").output
    run("event", "resume", "nobody", code=1)
    run("event", "skip", "loyalty.award", "--yes", code=1)  # no module brings it


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_test_of_alerts_says_that_nobody_is_set_up(run: Run) -> None:
    assert "Nobody is set up" in str(run("alert", "test", code=1).output)
    assert "cause" in run("alert", "list").output
