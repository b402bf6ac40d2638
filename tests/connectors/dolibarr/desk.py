"""The trial module on Tandem, connected to the scripted Dolibarr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from typing_extensions import override

from core.jobs.job import JobContext
from core.sync import connections
from core.sync.documents import DocumentState
from core.sync.inline import InlineContext
from core.sync.push.run import push_all
from core.testing import trial
from tests.connectors.dolibarr.server import Dolibarr
from tests.core.sync.outbound import Trial

_STATES = {"0": DocumentState.DRAFT, "-1": DocumentState.CANCELLED}
#: Product 1 over there.
SKU = "1"


@dataclass(kw_only=True)
class Desk(Trial):
    """``erp`` is the fake, which nothing is connected to here."""

    dolibarr: Dolibarr
    _worker: InlineContext | None = None

    @override
    def add(self, name: str = "erp", **settings: Any) -> UUID:
        with self.host.write(self.actor) as work:
            return connections.add(
                work,
                self.host,
                name=name,
                connector="dolibarr",
                company_id=self.company,
                settings={**self.dolibarr.settings, **settings},
            ).id

    @override
    def push(self, context: JobContext | None = None) -> None:
        """What is due, once: customers, then orders."""
        context = context or InlineContext(self.host, self.actor)
        for route in sorted(self.routes(), key=lambda route: route.kind == trial.ORDER):
            push_all(context, route, claimant=context.job_id)

    @override
    def over_there(self) -> list[tuple[str | None, DocumentState]]:
        rows = self.dolibarr.books.kinds["orders"].values()
        return sorted(
            (row["ref_ext"], _STATES.get(row["status"], DocumentState.CONFIRMED)) for row in rows
        )

    def plan(self, *faults: Any) -> None:
        """From now on call 1, 2 and so on end like this; None is as usual."""
        self.dolibarr.calls.clear()
        self.dolibarr.faults = {
            place: fault for place, fault in enumerate(faults, 1) if fault is not None
        }

    def finish(self, orders: Sequence[UUID]) -> None:
        """Nothing fails any more, and time passes until all is done."""
        self.dolibarr.faults.clear()
        for _ in range(4):
            if {self.state(order) for order in orders} == {"confirmed"}:
                return
            self.make_due()
            self.push()

    def known_party(self) -> trial.TrialParty:
        with self.host.read(self.actor) as work:
            return work.session.scalars(select(trial.TrialParty).limit(1)).one()

    @property
    def worker(self) -> InlineContext:
        """The same each time: what it held when it died is its successor's at once."""
        if self._worker is None:
            self._worker = InlineContext(self.host, self.actor)
        return self._worker

    def assert_each_once(self, orders: Sequence[UUID], where: object = None) -> None:
        references = sorted(self.reference(order) for order in orders)
        mine = [row for row in self.over_there() if row[0] in references]
        confirmed = [(reference, DocumentState.CONFIRMED) for reference in references]
        assert mine == confirmed, where
        assert {self.state(order) for order in orders} == {"confirmed"}
        assert {self.told(order) for order in orders} == {"confirmed"}
