"""What those who watch over the processes are told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from core.actor import Actor, system
from core.alerts import Cause, raise_alert
from core.alerts.models import Alert
from core.alerts.notices import SEND
from core.clock import utcnow
from core.db.migrate import configuration
from core.host import Host
from core.jobs.models import StoredJob, WorkerProcess
from core.jobs.queue import enqueue
from core.registry.revisions import newest
from core.security.keys import create_keys
from core.sync.gate import FAILURES, count_answer, count_failure
from core.sync.models import Connection, ConnectionState
from core.testing.people import program_of


def with_worker(
    host: Host, expires: timedelta = timedelta(minutes=5), *, queues: Sequence[str] = ()
) -> None:
    now = utcnow()
    row = WorkerProcess(
        host="here", pid=1, beat_at=now, expires_at=now + expires, queues=list(queues)
    )
    with host.write(system("tests")) as work:
        work.session.add(row)


def ready(client: FlaskClient) -> tuple[int, Any]:
    got = client.get("/readyz")
    assert got.json is not None
    return got.status_code, got.json["problems"]


def test_ready_when_a_worker_lives(client: FlaskClient, host: Host) -> None:
    with_worker(host)
    assert ready(client) == (200, {})


def test_a_worker_that_does_not_beat_is_missed(client: FlaskClient, host: Host) -> None:
    with_worker(host, -timedelta(minutes=5))
    status, problems = ready(client)
    assert (status, list(problems)) == (503, ["worker"])
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_work_of_a_queue_that_no_worker_takes_is_missed(client: FlaskClient, host: Host) -> None:
    with_worker(host, queues=["sync"])
    with host.write(system("tests")) as work:  # what modules asked for when they were enabled
        work.session.execute(delete(StoredJob))
    assert ready(client) == (200, {}), "nothing waits"
    with host.write(system("tests")) as work:
        enqueue(work, SEND, {})
    assert ready(client) == (503, {"queues": "No live worker serves: default."})
    with_worker(host, queues=["default"])
    assert ready(client) == (200, {})


def test_a_schema_that_is_behind_is_named(client: FlaskClient, host: Host) -> None:
    with_worker(host)
    with host.write(system("tests")) as work:
        work.session.execute(text("UPDATE schema_version_core SET version_num = 'core_0001'"))
    status, problems = ready(client)
    assert (status, list(problems)) == (503, ["schema"])


def test_a_database_that_is_away_is_named(client: FlaskClient, host: Host) -> None:
    host.database.close()
    with host.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE core_installation RENAME TO core_elsewhere"))
    status, problems = ready(client)
    assert (status, list(problems)) == (503, ["database"])
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_newest_revision_is_read_as_alembic_reads_it(host: Host) -> None:
    places = [("migrations", "versions")]
    modules = host.registry.modules.values()
    places += [(one.package, one.item.migrations) for one in modules if one.item.migrations]
    for package, folder in places:
        written = ScriptDirectory.from_config(configuration(str(files(package).joinpath(folder))))
        assert newest(package, folder) == written.get_current_head()


def test_metrics_count_requests_and_what_waits(client: FlaskClient) -> None:
    client.get("/healthz")
    client.get("/nowhere")
    got = client.get("/metrics").text
    assert 'tandem_requests_total{endpoint="health.alive",method="GET",status="200"} 1.0' in got
    assert 'tandem_requests_total{endpoint="none",method="GET",status="404"} 1.0' in got
    assert 'tandem_request_seconds_count{endpoint="health.alive"} 1.0' in got
    assert "# TYPE tandem_outbox gauge" in got


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_metrics_tell_of_open_alerts_and_of_erps_that_are_away(
    client: FlaskClient, host: Host, company: UUID
) -> None:
    with host.write(system("tests")) as work:
        erp = Connection(
            company_id=company, connector="fake", name="erp", state=ConnectionState.LIVE
        )
        work.session.add(erp)
        work.session.flush()
        raise_alert(work, Cause.AWAY, erp, words="It does not answer.")
        raise_alert(work, Cause.STOPPED, erp, words="One record is stopped.")
        for _ in range(FAILURES):
            count_failure(work, erp.id, "no answer")
    got = client.get("/metrics").text
    assert 'tandem_alerts{cause="away"} 1.0' in got
    assert 'tandem_alerts{cause="stopped"} 1.0' in got
    assert 'tandem_breaker_open{connection="erp"} 1.0' in got
    with host.write(system("tests")) as work:
        work.session.execute(update(Alert).values(ended_at=utcnow()))
        count_answer(work, work.session.scalars(select(Connection.id)).one())
    got = client.get("/metrics").text
    assert "tandem_alerts{" not in got
    assert "tandem_breaker_open{" not in got


#: Answers one request and prints what /metrics then says; a process of its own, since the client
#: of Prometheus looks at the environment when it is imported.
_ONE_REQUEST = """
from core.compose import open_host
from core.config import load_settings
from core.app import create_app
client = create_app(open_host(load_settings())).test_client()
client.get("/healthz")
print(client.get("/metrics").text)
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_metrics_of_several_processes_are_added_up(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    environment = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        "TANDEM_DATA_DIR": str(host.settings.data_dir),
        "TANDEM_DATABASE_URL": host.settings.url,
    }
    create_keys(host.settings.data_dir)
    said = [
        subprocess.run(
            [sys.executable, "-c", _ONE_REQUEST],
            env=environment, capture_output=True, text=True, check=True, timeout=120,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    counted = 'tandem_requests_total{endpoint="health.alive",method="GET",status="200"} '
    assert [f"{counted}{number}.0" in text for number, text in enumerate(said, 1)] == [True, True]
    assert "# TYPE tandem_outbox gauge" in said[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Authorization": "Bearer tdm_guessed"}},
    ],
)
def test_metrics_are_not_for_strangers(client: FlaskClient, asked: dict[str, Any]) -> None:
    assert client.get("/metrics", **asked).status_code == 403


def test_metrics_are_for_a_token_that_may_see_the_sync(app: Flask, admin: Actor) -> None:
    afar = {"REMOTE_ADDR": "192.0.2.7"}
    assert program_of(app, admin, "core.sync").get("/metrics", environ_base=afar).status_code == 200
    assert (
        program_of(app, admin, "core.users").get("/metrics", environ_base=afar).status_code == 403
    )
