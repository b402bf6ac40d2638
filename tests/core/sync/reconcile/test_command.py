"""``tandem sync reconcile``: what it prints and writes, and how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from core.actor import system
from core.cli.root import run
from core.host import Host
from core.registry.models import ModuleState
from core.sync.documents import Invoice
from core.sync.reconcile.models import Statement
from tests.core.sync.pages.office import Office
from tests.core.sync.reconcile.books import Books

DAYS = ("--from", "2026-10-01", "--to", "2026-10-31")


@pytest.fixture
def shop(host: Host, company: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Books whose ERP is a file: a command opens its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(host.settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", host.settings.database_url)
    erp = FakeConnector.in_folder(str(tmp_path))
    populate(erp.store)
    found = Books(Office(host, erp, company))  # type: ignore[arg-type]  # a fixture's own type
    for number in range(1, 4):
        found.issue(number)
    found.connection = found.office.connect("Back office", path=str(tmp_path))
    return found


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_exits_by_what_it_found(
    shop: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sync", "reconcile", *DAYS]) == 0
    assert "Both sides agree" in capsys.readouterr().out
    shop.office.erp.store.delete(Invoice, "I00003")
    kind = ("--kind", "billing.invoice")
    files = ("--csv", str(tmp_path / "s.csv"), "--pdf", str(tmp_path / "s.pdf"))
    assert run(["sync", "reconcile", "Back office", *kind, *DAYS, *files]) == 1
    said = capsys.readouterr().out
    assert "INV00003" in said
    assert "Missing in the ERP" in said
    assert "INV00003" in (tmp_path / "s.csv").read_text("utf-8-sig")
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF-1.7")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Nobody",), "There is no connection Nobody."),
        (("--kind", "nobody.knows"), "No module states nobody.knows."),
        (("--from", "2026-10-31", "--to", "2026-10-01"), "The last day is before the first."),
        (("--from", "9999-12-31"), "This day has not begun anywhere yet."),
        (("--from", "yesterday"), "yesterday"),
        ((*DAYS, "--csv", "/nowhere/at/all.csv"), "No such file"),
    ],
)
def test_what_can_not_be_told_is_no_difference(
    shop: Books, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(["sync", "reconcile", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert shop.office.connection(shop.connection).last_error == ""
    with shop.office.host.read(
        system("tests")
    ) as work:  # what can not be written is not worked out first
        assert work.session.scalars(select(Statement.id)).all() == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_without_anything_to_compare_there_is_no_statement(
    shop: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop.office.host.write(system("tests")) as work:
        work.session.execute(update(ModuleState).values(enabled=False))
    assert run(["sync", "reconcile", *DAYS]) == 2
    assert "No enabled module has anything to compare" in capsys.readouterr().err
