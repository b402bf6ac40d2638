"""``wired``: the trial module on Tandem, a scripted ERP over HTTP, and a proxy between the two.

Real HTTP sessions and the real engine in this process, with little patience, so that what hangs
is given up soon. How the ERP fails is written in ``wired.erp.script`` and ``wired.proxy.script``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from connectors.fake.erp import Erp
from core.clock import utcnow
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.db.base import Base
from core.security.keys import create_keys
from core.sync import connections
from core.sync.egress import LOOPBACK
from core.sync.models import Attempt, Binding, OutboxRow
from core.sync.push.singles import QUARANTINE
from core.testing import trial
from tests.chaos.connector import ChaosConnector
from tests.chaos.erp import ScriptedErp, scripted_erp, truthful
from tests.chaos.ledger import deeds
from tests.chaos.proxy import Proxy
from tests.chaos.toxics import unspoilt
from tests.core.sync.outbound import ACTOR, Trial

#: How long a request may take here, in seconds.
PATIENCE_S = 0.6
_MOST_RUNS = 6


@dataclass
class Wired:
    there: Trial
    erp: ScriptedErp
    proxy: Proxy
    file: Path
    party: trial.TrialParty

    def connect(
        self, *, one_step: bool = False, deadline_s: float = PATIENCE_S, token: str | None = None
    ) -> UUID:
        settings = {"url": self.proxy.url, "one_step": one_step, "deadline_s": deadline_s}
        settings["token"] = token or self.erp.token
        host = self.there.host
        with host.write(ACTOR) as work:
            connection = connections.add(
                work,
                host,
                name="scripted",
                connector="chaos",
                company_id=self.there.company,
                settings=settings,
            )
        assert connections.check(host, ACTOR, connection.id).ok
        self.place("SO-FIRST")  # the customer is over there from then on
        self.settle()
        return connection.id

    def place(self, number: str) -> UUID:
        return self.there.order(self.party, number, sku="1")

    def settle(self) -> None:
        """Trouble is over, and time passes: push until nothing is left to send."""
        self.erp.script, self.proxy.script = truthful, unspoilt
        self.erp.unmeasured = False
        for _ in range(_MOST_RUNS):
            with self.there.host.write(ACTOR) as work:
                long_ago = utcnow() - 2 * QUARANTINE
                work.session.execute(update(Attempt).values(started_at=long_ago))
            self.there.make_due()
            self.there.push()
            if all(row.ended_at is not None for row in self.there.rows()):
                return

    def done(self, order: UUID) -> Counter[str]:
        """How often the ERP did what with the order: ``{"draft": 1, "confirm": 1}``."""
        reference = self.there.reference(order)
        return Counter(deed.verb for deed in deeds(self.file) if deed.reference == reference)

    def message(self, order: UUID) -> str:
        return self.there.link(order).message

    def trouble(self, order: UUID) -> str | None:
        """The code of what the last try of its order ended in."""
        with self.there.host.read(ACTOR) as work:
            rows = select(OutboxRow.error).join(Binding, Binding.id == OutboxRow.binding_id)
            return work.session.scalar(rows.where(Binding.local_id == order))

    def wait(self, look: Callable[[], bool], within_s: float = 30) -> None:
        until = time.monotonic() + within_s
        while not look():
            assert time.monotonic() < until, f"not within {within_s} s"
            time.sleep(0.02)


@pytest.fixture
def wired(database_url: str, tmp_path: Path) -> Iterator[Wired]:
    file = tmp_path / "erp.sqlite"
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, egress=LOOPBACK)
    create_keys(settings.data_dir)
    host = open_host(settings, trial.registry_with(ChaosConnector()))
    host.enable("trial", ACTOR)
    Base.metadata.create_all(host.database.engine, tables=trial.trial_tables())
    with host.write(ACTOR) as work:
        company = Company(name="Tandem Ltd", currency="EUR")
        work.session.add(company)
        work.session.flush()
    with scripted_erp(file) as erp, Proxy(erp.port) as proxy:
        erp.perform("product/product", {"items": [{"reference": "CHAIR-01", "price": "10.50"}]})
        there = Trial(host, Erp(), company.id)
        yield Wired(there, erp, proxy, file, there.party())
    host.database.close()
