"""All modules on Tandem, connected to a fake ERP in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from core.actor import system
from core.host import Host
from core.registry.discovery import Found, Installed
from core.registry.registry import Registry
from core.sync import connections
from core.sync.inline import InlineContext
from core.sync.models import Cursor, CursorMode, InboxRow, Listed
from core.sync.pull.asking import ask_sweep
from core.sync.pull.job import pull_once
from core.sync.pull.sweep import sweep

ACTOR = system("tests")
#: For what turns on pages, stamps and answers, all worked out in Python: the statements it ends in
#: the other tests try on both databases.
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
R = TypeVar("R")


@dataclass(frozen=True)
class Shop:
    host: Host
    erp: Erp
    connection: UUID

    def pull(self) -> None:
        pull_once(InlineContext(self.host, ACTOR), self.connection)

    def ask(self, *kinds: str) -> None:
        with self.host.write(ACTOR) as work:
            ask_sweep(work, self.connection, kinds, reason="tests")

    def sweep(self, *kinds: str) -> None:
        """From the beginning to the end."""
        self.ask(*kinds)
        for kind in kinds:
            self.finish_sweep(kind)

    def finish_sweep(self, kind: str) -> None:
        for _ in range(100):
            if not any(cursor.step for cursor in self.sweeps(kind)):
                return
            self.sweep_slice(kind)
        raise AssertionError(f"The sweep of {kind} does not end.")

    def sweep_slice(self, kind: str) -> None:
        args = {"connection": str(self.connection), "kind": kind}
        sweep(InlineContext(self.host, ACTOR), args)

    def sweeps(self, kind: str) -> list[Cursor]:
        return [one for one in self.all_cursors(kind) if one.mode is CursorMode.SWEEP]

    def listed(self) -> list[Listed]:
        with self.host.read(ACTOR) as work:
            return list(work.session.scalars(select(Listed).order_by(Listed.external_id)))

    def all(self, model: type[R]) -> list[R]:
        with self.host.read(ACTOR) as work:
            table: Any = model
            return list(work.session.scalars(select(table).order_by(table.id)))

    def cursors(self, kind: str) -> list[Cursor]:
        """Those of the polls."""
        found = self.all_cursors(kind)
        return [cursor for cursor in found if cursor.mode is CursorMode.INCREMENTAL]

    def all_cursors(self, kind: str) -> list[Cursor]:
        return [cursor for cursor in self.all(Cursor) if cursor.kind == kind]

    def inbox(self, kind: str) -> list[InboxRow]:
        return [row for row in self.all(InboxRow) if row.kind == kind]


@pytest.fixture
def shop(host: Host, company: UUID) -> Shop:
    erp = Erp()
    populate(erp.store)
    fake: Installed[Any] = Installed(
        "fake", FakeConnector(erp), "connectors.fake", "tandem-crm", "0"
    )
    registry = Registry(host.registry.own, host.registry.found, Found({"fake": fake}))
    host = replace(host, registry=registry)
    with host.write(ACTOR) as work:
        found = connections.add(
            work, host, name="Back office", connector="fake", company_id=company, settings={}
        )
    assert connections.check(host, ACTOR, found.id).ok
    return Shop(host, erp, found.id)
