"""``tandem run`` and ``tandem worker`` before they start anything: one clear line, or none."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.cli.root import run
from core.config import Settings
from core.host import Host

CASES = {
    "core_0001": "run tandem db upgrade first",
    "core_9999": "start the version that made them, or a newer one",
}


@pytest.fixture
def configured(settings: Settings, host: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setenv("TANDEM_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", settings.database_url)
    return host


@pytest.mark.parametrize("revision", CASES)
@pytest.mark.parametrize("command", ["run", "worker"])
def test_tables_of_another_version_are_refused_in_one_line(
    configured: Host, revision: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with configured.database.session(writes=True) as session:
        wrong = text("UPDATE schema_version_core SET version_num = :revision")
        session.execute(wrong, {"revision": revision})
    assert run([command]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert revision in said[0]
    assert CASES[revision] in said[0]


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_queue_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["worker", "--queues", "sync,post"]) == 1
    assert "There is no queue post. There are: " in capsys.readouterr().err


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_takes_one_worker_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TANDEM_WORKERS", "2")
    assert run(["run"]) == 1
    assert "SQLite takes one worker process" in capsys.readouterr().err
