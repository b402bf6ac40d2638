"""The trial module on Tandem, connected to a fake ERP in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from core.actor import Actor, system
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.db.base import Base
from core.host import Host
from core.security.keys import create_keys
from core.sync import connections
from core.sync.deliveries import links
from core.sync.documents import DocumentState, SalesOrder
from core.sync.inline import InlineContext
from core.sync.models import OutboxRow, OutboxState
from core.sync.push.claim import Route
from core.sync.push.run import push
from core.testing import trial

ACTOR = system("tests")


@dataclass
class Trial:
    """What the tests of the outbound half do again and again."""

    host: Host
    erp: Erp
    company: UUID
    actor: Actor = ACTOR

    def connect(self, name: str = "erp", **settings: Any) -> UUID:
        """A live connection of the company."""
        connection_id = self.add(name, **settings)
        assert connections.check(self.host, self.actor, connection_id).ok
        return connection_id

    def add(self, name: str = "erp", **settings: Any) -> UUID:
        with self.host.write(self.actor) as work:
            return connections.add(
                work,
                self.host,
                name=name,
                connector="fake",
                company_id=self.company,
                settings=settings,
            ).id

    def party(self, name: str = "Nordlicht") -> trial.TrialParty:
        with self.host.write(self.actor) as work:
            party = trial.TrialParty(company_id=self.company, name=name)
            work.session.add(party)
            return party

    def order(self, party: trial.TrialParty, number: str = "SO-1", **values: Any) -> UUID:
        with self.host.write(self.actor) as work:
            return trial.place_order(work, party, number, **{"sku": "CHAIR-01", **values})

    def orders(self, count: int, **values: Any) -> list[UUID]:
        party = self.party()
        return [self.order(party, f"SO-{number}", **values) for number in range(count)]

    def push(self, context: InlineContext | None = None) -> None:
        """Run what is due until nothing is, as the worker would: parties and orders in turn."""
        context = context or InlineContext(self.host, self.actor)
        for route in (*self.routes(), *self.routes()):
            push(context, {"connection": str(route.connection_id), "kind": route.kind})

    def routes(self) -> list[Route]:
        with self.host.read(self.actor) as work:
            found = connections.connections(work)
        kinds = (trial.ORDER, trial.PARTY)
        return [Route(connection.id, kind) for connection in found for kind in kinds]

    def rows(self) -> list[OutboxRow]:
        with self.host.read(self.actor) as work:
            return list(work.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    def make_due(self) -> None:
        """Time passes: what waits for its next try is due."""
        with self.host.write(self.actor) as work:
            for row in work.session.scalars(select(OutboxRow)):
                if row.state is OutboxState.QUEUED:
                    row.due_at = row.created_at

    def link(self, local_id: UUID, kind: str = trial.ORDER) -> Any:
        with self.host.read(self.actor) as work:
            (link,) = links(work, kind, local_id)
            return link

    def state(self, local_id: UUID, kind: str = trial.ORDER) -> str | None:
        found = self.link(local_id, kind).state
        return None if found is None else str(found.value)

    def over_there(self) -> list[tuple[str | None, DocumentState]]:
        """Reference and state of every order the ERP has, drafts too."""
        rows = self.erp.store.all(SalesOrder)
        return sorted((row.reference, row.body.state) for row in rows)


@pytest.fixture
def erp() -> Erp:
    found = Erp()
    populate(found.store)
    return found


@pytest.fixture
def make_trial(database_url: str, tmp_path: Any, erp: Erp) -> Iterator[Callable[[], Trial]]:
    opened: list[Host] = []

    def make() -> Trial:
        settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
        create_keys(settings.data_dir)
        host = open_host(settings, trial.registry_with(FakeConnector(erp)))
        opened.append(host)
        host.enable("trial", ACTOR)
        Base.metadata.create_all(host.database.engine, tables=trial.trial_tables())
        with host.write(ACTOR) as work:
            company = Company(name="Tandem Ltd", currency="EUR")
            work.session.add(company)
            work.session.flush()
            return Trial(host, erp, company.id)

    yield make
    for host in opened:
        host.database.close()


@pytest.fixture
def there(make_trial: Callable[[], Trial]) -> Trial:
    """The trial module, and an ERP nothing is connected to yet."""
    return make_trial()


@pytest.fixture
def connected(there: Trial) -> Trial:
    there.connect()
    return there
