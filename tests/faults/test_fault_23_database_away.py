"""Row 23: the database is cut off, restarted, full, or out of connections.

No job is stranded, and people hear 503 with Retry-After, never 500.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from core.actor import system
from core.app import create_app
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.errors import Busy
from core.host import Host
from core.jobs.queue import enqueue
from core.security.keys import create_keys
from core.testing import databases
from tests.chaos.ground import OwnPostgres, postgresql
from tests.fixtures_stage import Stage, _registry

ACTOR = system("tests")
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
on_postgresql = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def notes(host: Host, count: int) -> None:
    with host.write(ACTOR) as work:
        for number in range(count):
            enqueue(work, "core.note", {"what": f"note {number:02}", "pause_s": 0.05})


@pytest.mark.postgresql
@on_postgresql
def test_fault_23_connections_are_cut_and_no_job_is_stranded(stage: Stage) -> None:
    notes(stage.host, 30)
    stage.start("core.note", lease_s=1)
    for done in (3, 10, 18):
        stage.until(lambda done=done: len(stage.effects()) >= done)  # type: ignore[misc]  # mypy can not infer it
        with stage.host.write(ACTOR) as work:
            work.session.execute(text(CUT))
    stage.until(lambda: stage.states() == {"done": 30})
    assert sorted(stage.effects()) == [f"note {number:02}" for number in range(30)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnPostgres]:
    with postgresql(tmp_path) as own:
        assert isinstance(own, OwnPostgres)
        yield own


@pytest.mark.postgresql
@pytest.mark.slow
def test_fault_23_an_immediate_restart_strands_no_job_and_is_no_mistake_of_ours(
    server: OwnPostgres, nursery: object, tmp_path: Path
) -> None:
    databases.migrate(server.url, _registry(), tmp_path)
    host = open_host(Settings(data_dir=tmp_path, database_url=server.url))
    with host.write(ACTOR) as work:
        work.session.execute(text("CREATE TABLE effect (id SERIAL PRIMARY KEY, what TEXT)"))
    stage = Stage(server.url, nursery)  # type: ignore[arg-type]  # the fixture's process
    notes(host, 20)
    stage.start("core.note", lease_s=1)
    stage.until(lambda: len(stage.effects()) > 2)
    app = create_app(host)
    server.strike()
    assert asked(app.test_client()).status_code in {401, 503}
    stage.until(lambda: states(stage) == {"done": 20}, within_s=60)
    assert sorted(stage.effects()) == [f"note {number:02}" for number in range(20)]
    stage.close()
    host.database.close()


def states(stage: Stage) -> dict[str, int]:
    """Busy while the server starts."""
    try:
        return stage.states()
    except Busy:
        return {}


@pytest.mark.postgresql
@on_postgresql
def test_fault_23_a_pool_that_is_exhausted_is_said_as_busy(app: Flask, host: Host) -> None:
    pool = host.database.engine.pool
    pool._timeout = 0.1  # type: ignore[attr-defined]  # ten seconds otherwise
    with ExitStack() as taken:
        for _ in range(15):
            taken.enter_context(host.database.engine.connect())
        answer = asked(app.test_client())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.postgresql
@on_postgresql
def test_fault_23_transactions_that_can_not_both_be_are_busy_and_not_a_mistake(host: Host) -> None:
    with host.write(ACTOR) as work:
        company = Company(name="One", currency="EUR")
        work.session.add(company)
    with pytest.raises(Busy):
        overtaken(host)


def overtaken(host: Host) -> None:
    """Reads, is overtaken by a write, and writes the same: the server refuses."""
    change = text("UPDATE core_company SET name = 'Two' WHERE name = 'One'")
    with host.database.session(writes=True) as one:
        one.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        one.execute(text("SELECT count(*) FROM core_company"))
        with host.database.session(writes=True) as other:
            other.execute(change)
        one.execute(change)


@on_sqlite
def test_fault_23_a_full_disk_is_busy_and_work_goes_on_when_there_is_room(
    app: Flask, host: Host
) -> None:
    """SQLite's own limit of pages stands for the disk: the error is the same SQLITE_FULL."""
    room = {"pages": 0}

    def limit(connection: object, *_rest: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {room['pages'] or 2**30}")  # type: ignore[attr-defined]  # sqlite3's

    event.listen(host.database.engine, "checkout", limit)
    with host.database.session(writes=False) as session:
        room["pages"] = session.scalar(text("PRAGMA page_count")) or 1
    with pytest.raises(Busy), host.write(ACTOR) as work:
        work.session.add(Company(name="x" * 500_000, currency="EUR"))
    assert app.test_client().get("/healthz").status_code == 200
    room["pages"] = 0
    with host.write(ACTOR) as work:
        work.session.add(Company(name="x" * 500_000, currency="EUR"))


def test_fault_23_a_server_that_is_away_is_said_as_busy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens there
        url = f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/none"
        create_keys(tmp_path)
        host = open_host(Settings(data_dir=tmp_path, database_url=url))
        browser = create_app(host).test_client()
        answer = asked(browser)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        host.database.close()


def asked(browser: FlaskClient) -> TestResponse:
    """Whoever shows a token is looked for in the database."""
    return browser.get("/api/v1/modules", headers={"Authorization": "Bearer x.y"})
