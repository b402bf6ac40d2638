"""One order through the log: from the request that placed it to the calls at the ERP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import logs
from core.app import create_app
from core.config import Settings
from core.testing.people import administrator, enrol, program_of
from tests.fixtures_chaos import Wired

ROOT = Path(__file__).parents[2]
Line = dict[str, Any]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_order_is_followed_by_its_reference(wired: Wired, tmp_path: Path) -> None:
    wired.connect()
    log = tmp_path / "worker.log"
    with worker(wired.there.host.settings, log):
        order = wired.place("SO-FOLLOWED")
        wired.wait(lambda: wired.there.state(order) == "confirmed", within_s=90)
    lines = read(log)
    reference = wired.there.reference(order)

    attempts = [line for line in lines if reference in line.get("references", ())]
    assert [line["verb"] for line in attempts] == ["draft", "confirm"]
    for attempt in attempts:
        assert (attempt["connection"], attempt["kind"]) == ("scripted", "trial.order")
        (call,) = calls_of(lines, attempt)
        assert (call["method"], call["path"]) == ("POST", f"/order/{attempt['verb']}")
        assert call["status"] == 200
        assert call["duration_ms"] > 0
        assert call["sent_bytes"] > 0
        assert call["bytes"] > 0
        same = ("run_id", "job_id", "connection", "kind")
        assert {key: call[key] for key in same} == {key: attempt[key] for key in same}
    assert "10.50" not in log.read_text(encoding="utf-8"), "a body is in the log"


def calls_of(lines: Sequence[Line], attempt: Line) -> list[Line]:
    return [
        line
        for line in lines
        if line["event"] == "erp.call" and line.get("attempt_id") == attempt["attempt_id"]
    ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_request_is_named_in_its_lines_and_in_its_problem(
    wired: Wired, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a request queues bears its id, which is also in the answer that goes wrong."""
    host = wired.there.host
    logs.configure(host.settings)  # a command tried before this in the process may have hushed it
    app = create_app(host)
    client = program_of(app, enrol(host, administrator(wired.there.company)))
    named = {"X-Request-Id": "a-request-of-this-test"}
    answer = client.get("/api/v1/connections/00000000-0000-0000-0000-000000000000", headers=named)
    assert answer.json is not None
    assert answer.json["request_id"] == "a-request-of-this-test"
    assert answer.headers["X-Request-Id"] == "a-request-of-this-test"
    with app.test_request_context(headers=named):
        app.preprocess_request()
        wired.place("SO-NAMED")
    said = capsys.readouterr()
    lines = (said.out + said.err).splitlines()
    (line,) = [row for row in lines if "record.queued" in row and "SO-NAMED" in row]
    assert "a-request-of-this-test" in line


@contextmanager
def worker(settings: Settings, log: Path) -> Iterator[None]:
    arguments = [str(settings.data_dir), settings.database_url]
    with log.open("wb") as out:
        command = [sys.executable, "-m", "tests.faults.asker", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def read(log: Path) -> list[Line]:
    text = log.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
