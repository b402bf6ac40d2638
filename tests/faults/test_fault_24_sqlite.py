"""Row 24: SQLite that is busy, a second process on the file, and a power cut under load."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import make_url

from core.companies import Company
from core.errors import Busy
from core.host import Host
from tests.core.sync.conftest import make_trial, there
from tests.core.sync.outbound import ACTOR, Trial
from tests.faults.test_fault_21_kills import erp, folder

__all__ = ["erp", "folder", "make_trial", "there"]

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
#: Places orders until it is killed, and says each number once it is committed.
WRITER = """
import sys
from pathlib import Path
from sqlalchemy import select
from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.testing.trial import TrialParty, place_order, registry_with
from connectors.fake.connector import FakeConnector
host = open_host(
    Settings(data_dir=Path(sys.argv[2]), database_url=sys.argv[1]), registry_with(FakeConnector())
)
number = 0
while True:
    number += 1
    with host.write(system("web")) as work:
        party = work.session.scalars(select(TrialParty)).first()
        place_order(work, party, f"{sys.argv[3]}-{number}", sku="CHAIR-01")
    print(f"{sys.argv[3]}-{number}", flush=True)
"""


def test_fault_24_a_held_file_is_busy_and_not_a_mistake(host: Host, app: Flask) -> None:
    def impatient(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(host.database.engine, "checkout", impatient)
    place = make_url(host.settings.url).database or ""
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy), host.write(ACTOR) as work:
            work.session.add(Company(name="One", currency="EUR"))
        assert app.test_client().get("/readyz").status_code == 503  # no worker; but it reads
        other.execute("ROLLBACK")
    with host.write(ACTOR) as work:
        work.session.add(Company(name="One", currency="EUR"))


@pytest.fixture
def writers(there: Trial, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two processes that write to one file; what they say goes to ``tmp_path / name``."""
    there.party()
    started = []
    settings = there.host.settings
    root = str(Path(__file__).parents[2])
    for name in ("A", "B"):
        arguments = [sys.executable, "-c", WRITER, settings.url, str(settings.data_dir), name]
        with (tmp_path / name).open("wb") as said:
            environment = {**os.environ, "PYTHONPATH": root}
            started.append(subprocess.Popen(arguments, stdout=said, env=environment))
    yield started
    for process in started:
        process.kill()
        process.wait()


def said(folder: Path) -> set[str]:
    """Numbers whose line was said to its end; log lines stand between them."""
    lines = [(folder / name).read_text().split("\n")[:-1] for name in ("A", "B")]
    return {line for one in lines for line in one if line.startswith(("A-", "B-"))}


@pytest.mark.slow
def test_fault_24_power_cuts_under_load_lose_nothing_that_was_acknowledged(
    there: Trial, writers: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    place = Path(make_url(there.host.settings.url).database or "")
    deadline = time.monotonic() + 60
    while len(said(tmp_path)) < 5:
        assert time.monotonic() < deadline, "nothing was written"
        time.sleep(0.05)
    rng = random.Random(24)  # noqa: S311 - the same cuts every time
    for cut in range(8):
        time.sleep(rng.uniform(0.05, 0.4))
        for process in writers:  # at one moment, as a power cut is
            process.send_signal(signal.SIGSTOP)
        acknowledged = said(tmp_path)
        after = tmp_path / f"cut-{cut}.sqlite"
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{place}{suffix}", f"{after}{suffix}")
        for process in writers:
            process.send_signal(signal.SIGCONT)
        assert lost(after, acknowledged) == set()


def lost(place: Path, acknowledged: set[str]) -> set[str]:
    """Acknowledged orders of which the file has no outbox row; the file is sound."""
    with closing(sqlite3.connect(place)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = database.execute(
            "SELECT reference FROM core_binding JOIN core_outbox"
            " ON core_outbox.binding_id = core_binding.id"
        ).fetchall()
    return acknowledged - {reference.rpartition("-")[0] for (reference,) in rows}
