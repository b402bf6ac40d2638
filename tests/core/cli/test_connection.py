"""``tandem connection``: the limits and risks an operator sets, and how they are refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from core.actor import system
from core.cli.root import run as tandem
from core.host import Host
from core.journal import History
from core.sync.models import Connection, ConnectionState

ACTOR = system("tests")


@pytest.fixture(autouse=True)
def _connected(host: Host, company: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_DATA_DIR", str(host.settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", host.settings.url)
    with host.write(ACTOR) as work:
        work.session.add(
            Connection(company_id=company, connector="fake", name="erp", state=ConnectionState.LIVE)
        )


def kept(host: Host) -> Connection:
    with host.read(ACTOR) as work:
        return work.session.scalars(select(Connection)).one()


def test_risks_are_taken_one_by_one_shown_and_kept_in_the_history(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tandem(["connection", "risk", "erp", "--tolerance", "0.05"]) == 0
    assert "up to 0.05 per line" in capsys.readouterr().out
    assert tandem(["connection", "risk", "erp", "--at-most-once"]) == 0
    assert tandem(["connection", "risk", "erp"]) == 0
    assert "though it may not be found out" in capsys.readouterr().out
    found = kept(host)
    assert (found.tolerance, found.accepts_at_most_once) == (Decimal("0.05"), True)
    with host.read(ACTOR) as work:
        rows = work.session.scalars(select(History).where(History.record_id == found.id))
        changed = {row.field for row in rows if row.old is not None}
    assert changed == {"tolerance", "accepts_at_most_once"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pace", "erp", "-5"), "calls_per_second: From 0.01 to 1000, or empty."),
        (("pace", "erp", "many"), "many is no number of calls per second."),
        (("risk", "erp", "--tolerance", "-1"), "tolerance: From 0 to 1000."),
        (("risk", "erp", "--tolerance", "NaN"), "tolerance: From 0 to 1000."),
        (("risk", "erp", "--tolerance", "little"), "little is no amount."),
    ],
)
def test_what_is_no_limit_is_refused_in_words(
    host: Host, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert tandem(["connection", *arguments]) == 1
    assert said in capsys.readouterr().err
    assert (kept(host).calls_per_second, kept(host).tolerance) == (None, Decimal("0.01"))
