"""Connections as people set them up: over HTTP, on the command line, and what they are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from core.api.listing import ListQuery, page
from core.app import create_app
from core.cli.root import tandem
from core.companies import Company
from core.errors import Invalid
from core.security.keys import create_keys
from core.sync import connections
from core.sync.attention import STOPPED
from core.sync.models import Connection, InboxRow, InboxState
from core.sync.overview import overview
from core.testing.people import administrator, enrol, program_of
from tests.core.sync.outbound import Trial

API = "/api/v1"
Command = Callable[..., Result]


@pytest.fixture
def client(there: Trial) -> FlaskClient:
    app = create_app(there.host)
    app.testing = True
    return program_of(app, enrol(there.host, administrator(there.company)))


def said(answer: TestResponse) -> Any:
    return answer.json


def add(client: FlaskClient, **values: object) -> UUID:
    body = {"name": "erp", "connector": "fake", "settings": {}, **values}
    answer = client.post(f"{API}/connections", json=body)
    assert answer.status_code == 201, answer.json
    return UUID(said(answer)["id"])


def test_a_connection_is_added_tested_paused_and_resumed(client: FlaskClient) -> None:
    connection_id = add(client)
    (shown,) = said(client.get(f"{API}/connections"))["items"]
    assert (shown["state"], shown["is_default"]) == ("draft", True)
    assert shown["advice"] == "Test the connection."
    tested = said(client.post(f"{API}/connections/{connection_id}/test"))
    assert tested == {"ok": True, "words": "Fake company 1"}
    (shown,) = said(client.get(f"{API}/connections"))["items"]
    assert (shown["state"], shown["health"], shown["advice"]) == (
        "live",
        "Nothing is read yet: the plan of its first load waits to be approved.",
        "Look at what the first load would do, and approve it.",
    )
    paused = client.post(f"{API}/connections/{connection_id}/pause")
    assert said(paused)["state"] == "paused"
    assert said(client.post(f"{API}/connections/{connection_id}/resume"))["ok"]
    assert said(client.get(f"{API}/connections/{connection_id}"))["state"] == "live"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"connector": "sap"}, "sap"),
        ({"settings": {"colour": "red"}}, "colour"),
        ({"settings": {"company": 7}}, "company"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"tyop": 1}, "tyop"),
    ],
)
def test_bad_input_is_refused_and_named(
    client: FlaskClient, body: dict[str, object], named: str
) -> None:
    wanted = {"name": "erp", "connector": "fake", "settings": {}, **body}
    answer = client.post(f"{API}/connections", json=wanted)
    assert 400 <= answer.status_code < 500
    assert named in answer.text
    assert said(client.get(f"{API}/connections"))["items"] == []


def test_two_connections_of_one_name_are_refused(client: FlaskClient) -> None:
    add(client)
    answer = client.post(f"{API}/connections", json={"name": "erp", "connector": "fake"})
    assert answer.status_code == 422
    assert "name" in answer.text


def test_a_secret_is_sealed_and_never_shown(client: FlaskClient, there: Trial) -> None:
    connection_id = add(client, settings={"company": "7", "password": "open sesame"})
    shown = client.get(f"{API}/connections/{connection_id}")
    assert said(shown)["settings"] == {"company": "7"}
    assert "sesame" not in shown.text
    with there.host.read(there.actor) as work:
        row = work.session.execute(text("SELECT sealed, settings FROM core_connection")).one()
    assert "sesame" not in str(row)
    there.erp.faults.calls.clear()
    assert not said(client.post(f"{API}/connections/{connection_id}/test"))["ok"]
    object.__setattr__(there.erp, "password", "open sesame")
    assert said(client.post(f"{API}/connections/{connection_id}/test"))["ok"]


def test_a_secret_that_is_left_out_stays(there: Trial) -> None:
    object.__setattr__(there.erp, "password", "open sesame")
    connection_id = there.connect(password="open sesame")
    with there.host.write(there.actor) as work:
        connections.configure(work, there.host, connection_id, {"company": "2", "password": ""})
    assert connections.check(there.host, there.actor, connection_id).words == "Fake company 2"


def test_the_outbox_and_what_stopped_are_listed_and_retried(
    client: FlaskClient, there: Trial
) -> None:
    there.connect()
    party = there.party()
    good, bad = there.order(party, "SO-1"), there.order(party, "SO-2", sku="NOT-THERE")
    there.push()
    rows = said(client.get(f"{API}/sync/outbox?kind=trial.order"))["items"]
    assert {row["local_id"]: row["state"] for row in rows} == {
        str(good): "done",
        str(bad): "stopped",
    }
    done = said(client.get(f"{API}/sync/outbox?state=done&kind=trial.order"))["items"]
    assert [row["delivery"] for row in done] == ["confirmed"]
    (stopped,) = said(client.get(f"{API}/sync/stopped"))["items"]
    assert stopped["connection"] == "erp"
    assert (stopped["message"], stopped["field"]) == ("there is no product NOT-THERE", "lines")
    retried = client.post(f"{API}/sync/stopped/{stopped['id']}/retry")
    assert (retried.status_code, said(retried)["state"]) == (200, "queued")
    assert client.post(f"{API}/sync/stopped/{stopped['id']}/retry").status_code == 409
    assert client.get(f"{API}/sync/outbox?state=lost").status_code == 422


def test_what_stopped_is_narrowed_and_retried_both_ways(client: FlaskClient, there: Trial) -> None:
    key = there.connect()
    there.order(there.party(), "SO-2", sku="NOT-THERE")
    there.push()
    with there.host.write(there.actor) as work:
        arrived = InboxRow(
            connection_id=key,
            company_id=there.company,
            kind="trial.note",
            external_id="N-9",
            state=InboxState.STOPPED,
            body={},
            message="The note has no currency.",
        )
        work.session.add(arrived)

    def kinds(wanted: str = "") -> list[str]:
        rows = said(client.get(f"{API}/sync/stopped?{wanted}"))["items"]
        return sorted(row["kind"] for row in rows)

    both = ["trial.note", "trial.order"]
    narrowed = {
        "": both,
        "way=in": both[:1],
        "way=out": both[1:],
        "kind=trial.note": both[:1],
        "error=sync.rejected": both[1:],
        f"connection_id={key}": both,
        f"connection_id={arrived.id}": [],
    }
    assert {wanted: kinds(wanted) for wanted in narrowed} == narrowed
    retried = said(client.post(f"{API}/sync/stopped/{arrived.id}/retry"))
    assert (retried["way"], retried["state"]) == ("in", "pending")
    assert kinds() == both[1:]
    all_in = client.post(f"{API}/sync/stopped/retry", json={"way": "in"})
    assert said(all_in) == {"retried": 0, "more": False}
    all_out = client.post(f"{API}/sync/stopped/retry", json={"way": "out"})
    assert said(all_out) == {"retried": 1, "more": False}
    assert kinds() == []


def test_pages_of_the_outbox_follow_each_other(client: FlaskClient, there: Trial) -> None:
    there.orders(5)
    first = said(client.get(f"{API}/sync/outbox?limit=2"))
    second = said(client.get(f"{API}/sync/outbox?limit=200&after={first['next']}"))
    ids = [row["id"] for row in (*first["items"], *second["items"])]
    assert len(ids) == len(set(ids)) == 5
    assert {row["connection"] for row in first["items"]} == {None}


def test_another_companys_rows_are_not_shown(there: Trial) -> None:
    with there.host.write(there.actor) as work:
        other = Company(name="Another", currency="EUR")
        work.session.add(other)
        work.session.flush()
        other_id = other.id
    there.connect("theirs")
    there.order(there.party(), sku="NOT-THERE")
    there.push()
    theirs = replace(there.actor, companies=frozenset({there.company}))
    ours = replace(there.actor, companies=frozenset({other_id}))
    for actor, count in ((theirs, 1), (ours, 0)):
        with there.host.read(actor) as work:
            assert len(page(work, STOPPED, ListQuery()).rows) == count
            assert len(overview(work)) == count


def test_no_one_gets_in_without_the_right_to(there: Trial) -> None:
    app = create_app(there.host)
    reader = program_of(app, enrol(there.host, administrator(there.company)), "core.sync")
    assert reader.get(f"{API}/connections").status_code == 200
    assert reader.post(f"{API}/connections", json={}).status_code == 403


def test_a_new_connection_is_not_the_default_beside_another(there: Trial) -> None:
    there.connect("first")
    there.connect("second")
    with there.host.read(there.actor) as work:
        rows = work.session.execute(select(Connection.name, Connection.is_default))
        assert {row.name: row.is_default for row in rows} == {"first": True, "second": False}


def test_an_unknown_setting_changes_nothing(there: Trial) -> None:
    connection_id = there.connect(company="1")
    with pytest.raises(Invalid), there.host.write(there.actor) as work:
        connections.configure(work, there.host, connection_id, {"colour": "red"})
    assert connections.check(there.host, there.actor, connection_id).words == "Fake company 1"


@pytest.fixture
def command(
    database_url: str, tmp_path: Path, company: UUID, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """``command("connection", "list")`` on a host with the real modules and connectors."""
    del company  # it is enough that there is one
    data = tmp_path / "data"
    create_keys(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(data))
    monkeypatch.setenv("TANDEM_DATABASE_URL", database_url)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(tandem, arguments)

    return call


def test_the_command_line_adds_tests_and_runs(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "erp"
    populate(FakeConnector.in_folder(str(folder)).store)
    added = command("connection", "add", "demo", "--connector", "fake", "--set", f"path={folder}")
    assert added.exit_code == 0, added.output
    assert "demo works: Fake company 1" in added.output
    (plan_id,) = re.findall("tandem sync approve ([0-9a-f-]+)", added.output)
    assert re.search(r"catalog\.product\s7\s0\s0\s0", added.output)
    assert command("sync", "approve", plan_id).exit_code == 0
    listed = command("connection", "list", "--json")
    assert [row["name"] for row in json.loads(listed.output)] == ["demo"]
    ran = command("sync", "run")
    assert ran.exit_code == 0, ran.output
    (status,) = json.loads(command("sync", "status", "--json").output)
    assert (status["connection"], status["state"], status["health"]) == (
        "demo",
        "live",
        "Everything is in step.",
    )
    swept = command("sync", "sweep", "demo", "--kind", "catalog.product")
    assert swept.output == "catalog.product: 0 compared so far\n"
    assert command("sync", "sweep", "demo", "--kind", "nothing").exit_code == 1
    assert command("connection", "pause", "demo").exit_code == 0
    assert json.loads(command("sync", "status", "--json").output)[0]["state"] == "paused"
    assert "demo works" in command("connection", "resume", "demo").output
    assert command("connection", "test", "nothing").exit_code == 1


def test_a_secret_is_not_taken_from_the_arguments(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("connection", "add", "demo", "--connector", "fake", "--no-test")
    refused = command(*given, "--set", "password=open sesame")
    assert refused.exit_code == 1
    monkeypatch.setenv("ERP_PASSWORD", "open sesame")
    assert command(*given, "--secret-env", "password=ERP_PASSWORD").exit_code == 0
    tried = command("connection", "test", "demo")
    assert tried.exit_code == 1
    assert "sesame" not in tried.output
