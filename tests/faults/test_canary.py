"""A secret is looked for wherever a fault may have carried it: log, database, pages, answers."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import MetaData, select

from core.alerts.watch import look
from core.app import create_app
from core.sync import connections
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.testing.people import administrator, browser_of, enrol, program_of
from tests.chaos.erp import Answer, Saying, truthful
from tests.core.sync.outbound import ACTOR
from tests.faults.hostile import RAISES
from tests.fixtures_chaos import Wired

ROOT = Path(__file__).parents[2]
CANARY = 'canary-7f3a/&"Zq'  # with what JSON, addresses and HTML write otherwise
FORMS = {CANARY, quote(CANARY, safe=""), b64encode(CANARY.encode()).decode(), "canary-7f3a"}
HTML = ("Content-Type", "text/html")
#: Each echoes the secret in its own way.
ECHOES = (
    Answer(status=422, body=f"the token {CANARY} may not do this".encode()),
    Answer(status=500, body=f"Authorization: Bearer {CANARY}".encode(), done=True),
    Answer(status=200, headers=(HTML,), body=f"<p>Sign in, {CANARY}</p>".encode(), done=True),
    Answer(status=409, body=quote(CANARY, safe="").encode()),
    Answer(status=429, headers=(("Retry-After", "1"),), body=CANARY.encode()),
)
PAGES = (
    "/sync/",
    "/sync/stopped",
    "/sync/waiting",
    "/sync/feeds",
    "/connections/",
    "/alerts/",
    "/",
)
ANSWERS = ("connections", "sync/outbox", "sync/stopped", "alerts")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_canary_is_nowhere_after_every_fault(wired: Wired, tmp_path: Path) -> None:
    wired.erp.token = CANARY
    connection_id = wired.connect(token=CANARY)
    log = tmp_path / "worker.log"
    with worker(wired, log):
        for number, echo in enumerate(ECHOES):
            wired.erp.script = Saying(echo, "order/draft")
            fail(wired, f"SO-{number}")
            wired.erp.script = truthful
        fail(wired, f"SO-{RAISES}")
        wired.erp.script = Saying(Answer(status=401, body=CANARY.encode()), "order/draft", None)
        fail(wired, "SO-LAST")
    look(InlineContext(wired.there.host, ACTOR), {})
    written = log.read_text(encoding="utf-8")
    assert "***" in written, "the connector did not print what it prints"
    assert "can not draft with the token" in written
    seen = {"log": written, "database": dump(wired), **shown(wired, str(connection_id))}
    for place, text in seen.items():
        for form in FORMS:
            assert form not in text, f"{place}: ...{text[max(0, text.find(form) - 200) :][:400]}"


def fail(wired: Wired, number: str) -> None:
    order = wired.place(number)
    wired.wait(lambda: wired.trouble(order) is not None, within_s=90)


@contextmanager
def worker(wired: Wired, log: Path) -> Iterator[None]:
    settings = wired.there.host.settings
    arguments = [str(settings.data_dir), settings.database_url, "loud"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.asker", *arguments],
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def dump(wired: Wired) -> str:
    """Every column of every row, the sealed ones too."""
    engine = wired.there.host.database.engine
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = [
            f"{table.name}: {row}"
            for table in tables.sorted_tables
            for row in connection.execute(select(table)).mappings()
        ]
    text = "\n".join(rows)
    assert "core_connection:" in text
    return text


def shown(wired: Wired, connection_id: str) -> dict[str, str]:
    """What people and programs get to see of it."""
    host = wired.there.host
    app = create_app(host)
    person = enrol(host, administrator(wired.there.company))
    browser, program = browser_of(app, person), program_of(app, person)
    pages = (*PAGES, f"/connections/{connection_id}", f"/connections/{connection_id}/edit")
    found = {path: read(browser, path) for path in pages}
    found |= {name: read(program, f"/api/v1/{name}") for name in ANSWERS}
    with host.read(ACTOR) as work:
        assert work.session.get_one(Connection, connections.connections(work)[0].id).sealed
    tested = browser.post(f"/connections/{connection_id}/test", follow_redirects=True)
    return {**found, "test": tested.text}


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text
