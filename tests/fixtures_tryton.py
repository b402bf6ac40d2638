"""A real Tryton for tests: installed once per checkout, its database copied per test module.

``tryton_template``  the folder with the installation and the prepared database
``tryton``           a running copy: ``.settings`` for a connection, ``.demo`` with ship, invoice
                     and pay, ``.rpc(model, method, ...)`` as its administrator, ``.freeze()``
``fresh_tryton``     the same, for one test that stops or spoils it

The first use needs pip and takes two minutes; ``TEST_TRYTON_HOME`` names another folder than
``.test/tryton``. Tests bear ``@pytest.mark.tryton``.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.tryton import connector
from connectors.tryton.client import Rpc
from connectors.tryton.connector import TrytonSession
from connectors.tryton.demo.erp import TrytonDemo
from connectors.tryton.demo.install import Installation
from core.sync.egress import LOOPBACK
from core.sync.http import FrameworkSessions

_HOME = Path(__file__).parents[1] / ".test" / "tryton"


@dataclass(frozen=True, slots=True)
class RunningTryton:
    """Its administrator logs in once: a quarter of a second of CPU, in Tryton's argon2."""

    demo: TrytonDemo
    administrator: Rpc

    @property
    def settings(self) -> dict[str, Any]:
        return dict(self.demo.settings)

    def open(self, *, deadline_s: float = 60, **changed: object) -> TrytonSession:
        """A session of the connector, as the framework would open it."""
        loaded = connector.manifest.settings().load({**self.settings, **changed})
        return connector.open(loaded, FrameworkSessions(allowed=LOOPBACK, deadline_s=deadline_s))

    def rpc(self, model: str, method: str, *args: object, **context: object) -> Any:
        return self.administrator.call(model, method, *args, context=context)

    def sales(self, reference: str) -> list[Mapping[str, Any]]:
        """Every sale with the reference, as the ERP sees them."""
        domain = [["reference", "=", reference]]
        rows: list[Mapping[str, Any]] = self.rpc(
            "sale.sale", "search_read", domain, 0, None, None, ["state", "untaxed_amount"]
        )
        return rows

    def query(self, statement: str) -> list[Any]:
        """SQL in the ERP's own database, for what its API tells or does for nobody."""
        with closing(sqlite3.connect(self.demo.database_file)) as connection, connection:
            return connection.execute(statement).fetchall()

    @contextmanager
    def freeze(self) -> Iterator[None]:
        """The server keeps its connections and answers nothing."""
        os.kill(self.demo.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.demo.pid, signal.SIGCONT)


@pytest.fixture(scope="session")
def tryton_template() -> Path:
    """Processes of one run wait in line for the installation: it locks its folder."""
    home = Path(os.environ.get("TEST_TRYTON_HOME") or _HOME)
    Installation(home).install(lambda _line: None)
    return home


@contextmanager
def _running(folder: Path, template: Path) -> Iterator[RunningTryton]:
    demo = TrytonDemo(folder, template=template)
    try:
        demo.start(lambda _line: None)
        yield RunningTryton(demo, demo.rpc())
    finally:
        demo.stop()


@pytest.fixture(scope="module")
def tryton(
    tryton_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningTryton]:
    with _running(tmp_path_factory.mktemp("tryton"), tryton_template) as running:
        yield running


@pytest.fixture
def fresh_tryton(tryton_template: Path, tmp_path: Path) -> Iterator[RunningTryton]:
    with _running(tmp_path / "tryton", tryton_template) as running:
        yield running
