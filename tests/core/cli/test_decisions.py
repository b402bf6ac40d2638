"""Plans and conflicts at a terminal: what is said, and the exit codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from connectors.fake.demo import FILE
from connectors.fake.store import Store
from core.actor import system
from core.cli.root import run as tandem
from core.cli.sync import sync
from core.host import Host
from core.security.keys import create_keys
from core.sync import connections
from core.sync.documents import Party as PartyDocument
from modules.contacts import services
from modules.contacts.models import Party

Run = Callable[..., Result]
MIA = "Mia"


@pytest.fixture
def erp(tmp_path: Path) -> Store:
    store = Store(tmp_path / "erp" / FILE)
    store.put("P1", PartyDocument(company="1", name="Acme", number="17"))
    return store


@pytest.fixture
def run(
    host: Host, company: UUID, erp: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    del erp  # it is there before anybody asks it
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(host.settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", host.settings.database_url)
    create_keys(host.settings.data_dir)
    with host.write(system(MIA, company=company)) as work:
        key = connections.add(
            work,
            host,
            name="office",
            connector="fake",
            company_id=company,
            settings={"path": str(tmp_path / "erp")},
        ).id
    assert connections.check(host, system(MIA), key).ok

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(sync, arguments)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def test_a_plan_is_shown_before_it_is_done(run: Run, host: Host) -> None:
    said = run("plan", "office", "--what", "first", "--kind", "contacts.party").output
    assert "ready" in said
    assert "contacts.party\t1\t0\t0\t0" in said
    run("run")
    with host.read(system(MIA)) as work:
        assert work.session.scalars(select(Party)).all() == [], "it waits for the decision"
    key = said.split()[1].rstrip(":")
    assert key in run("plans").output
    run("approve", key)
    run("run")
    with host.read(system(MIA)) as work:
        assert work.session.scalars(select(Party.name)).all() == ["Acme"]


def test_a_plan_may_be_rejected_once(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    key = run("plan", "office", "--kind", "contacts.party").output.split()[1].rstrip(":")
    assert "Rejected" in run("reject", key).output
    assert tandem(["sync", "approve", key]) == 1
    assert tandem(["sync", "plan", "nowhere"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "tandem: This plan is not waiting for a decision.",
        "tandem: There is no connection nowhere.",
    ]


def test_a_conflict_is_listed_and_settled(
    run: Run, host: Host, company: UUID, erp: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run("run")
    with host.write(system(MIA, company=company)) as work:
        party = work.session.scalars(select(Party.id)).one()
        services.change_party(work, party, {"name": "Acme Holding"})
    row = erp.get(PartyDocument, "P1")
    assert row is not None
    erp.put("P1", replace(row.body, name="Acme AG"))
    run("run")
    _head, line = run("conflicts").output.splitlines()
    assert line.split("\t")[1:] == [
        *("Acme", "name", "Acme Holding", MIA, "Acme AG", "office", "both_changed")
    ]
    assert "ours stands" in run("resolve", line.split("\t")[0], "ours").output
    run("run")
    told = erp.get(PartyDocument, "P1")
    assert told is not None
    assert told.body.name == "Acme Holding"
    assert run("conflicts").output.count("\n") == 1
    assert tandem(["sync", "resolve", line.split("\t")[0], "theirs"]) == 1
    assert "settled already" in capsys.readouterr().err
