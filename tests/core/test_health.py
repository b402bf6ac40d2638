"""What those who watch over the processes are told."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.actor import Actor, system
from core.clock import utcnow
from core.db.migrate import configuration
from core.host import Host
from core.jobs.models import WorkerProcess
from core.registry.revisions import newest
from core.testing.people import program_of


def with_worker(host: Host, expires: timedelta = timedelta(minutes=5)) -> None:
    now = utcnow()
    with host.write(system("tests")) as work:
        work.session.add(WorkerProcess(host="here", pid=1, beat_at=now, expires_at=now + expires))


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
