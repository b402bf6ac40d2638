"""A real Tryton for figures, and a Tandem that was let in by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from connectors.tryton.demo.erp import TrytonDemo
from connectors.tryton.demo.install import Installation
from core.actor import system
from core.demo.prepare import approve_first_load, connect
from core.host import Host
from core.sync.inline import InlineContext
from core.sync.pull.job import pull_once
from tests.bench.ground import Bench, new_company

#: The tests' installation, made on first use; see ``tests/fixtures_tryton.py``.
_HOME = Path(__file__).parents[2] / ".test" / "tryton"


@contextmanager
def tryton(bench: Bench) -> Iterator[TrytonDemo]:
    Installation(_HOME).install(bench.say)
    erp = TrytonDemo(bench.folder / "tryton", template=_HOME)
    erp.start(bench.say)
    try:
        yield erp
    finally:
        erp.stop()


def pulled_from(host: Host, erp: TrytonDemo) -> UUID:
    """A connection whose first load was approved and done."""
    new_company(host)
    connection_id = connect(host, "tryton", erp.settings)
    approve_first_load(host, connection_id)
    pull_once(InlineContext(host, system("bench")), connection_id)
    return connection_id
