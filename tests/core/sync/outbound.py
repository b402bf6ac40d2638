"""What the tests of the outbound half do again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from connectors.fake.erp import Erp
from connectors.fake.faults import Fault, When
from core.actor import Actor, system
from core.clock import utcnow
from core.host import Host
from core.jobs.job import JobContext
from core.sync import connections
from core.sync.deliveries import Link, links
from core.sync.documents import DocumentState, SalesOrder
from core.sync.inline import InlineContext
from core.sync.models import (
    Attempt,
    ConnectionState,
    Gate,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.sync.push.claim import Route
from core.sync.push.run import push_all
from core.sync.push.singles import QUARANTINE
from core.sync.requested import Requested, ask, requested
from core.testing import trial

ACTOR = system("tests")


@dataclass
class Trial:
    """The trial module on Tandem, and a fake ERP that may be connected to it."""

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

    def push(self, context: JobContext | None = None) -> None:
        """Run what is due until nothing is, as the worker would: parties and orders in turn."""
        context = context or InlineContext(self.host, self.actor)
        for route in (*self.routes(), *self.routes()):
            push_all(context, route, claimant=context.job_id)

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
            queued = update(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)
            work.session.execute(queued.values(due_at=OutboxRow.created_at))
            work.session.execute(update(Gate).values(blocked_until=None))

    def link(self, local_id: UUID, kind: str = trial.ORDER) -> Link:
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

    def fail(
        self, error: BaseException, *, verb: str, when: When = When.BEFORE, call: int | None = None
    ) -> None:
        """From now on: the calls of the verb, or only the one with this number."""
        self.erp.faults.calls.clear()
        self.erp.faults.script[:] = [Fault(error=error, verb=verb, when=when, call=call)]

    def mend(self) -> None:
        self.erp.faults.script.clear()
        self.make_due()

    def ask_cancel(self, order: UUID) -> UUID:
        with self.host.write(self.actor) as work:
            return ask(work, trial.ORDER, order, OutboxVerb.CANCEL)

    def ask_pieces(self, order: UUID, pieces: int) -> UUID:
        with self.host.write(self.actor) as work:
            return trial.ask_pieces(work, order, Decimal(pieces))

    def requests(self, order: UUID) -> list[Requested]:
        """The newest first."""
        with self.host.read(self.actor) as work:
            return requested(work, trial.ORDER, order)

    def asked(self, order: UUID) -> str:
        """The state of the newest request."""
        return str(self.requests(order)[0].state.value)

    def there_as(self, order: UUID) -> SalesOrder:
        """The one order over there that carries the record's reference and is not cancelled."""
        rows = self.erp.store.referring(SalesOrder, [self.reference(order)])
        (row,) = rows
        return row.body

    def later(self) -> None:
        """Trouble is over, and so much time passed that no request can be under way."""
        self.erp.faults.script.clear()
        with self.host.read(self.actor) as work:
            found = connections.connections(work)
        for connection in found:
            if connection.state is not ConnectionState.LIVE:
                assert connections.resume(self.host, self.actor, connection.id).ok
        with self.host.write(self.actor) as work:
            left = utcnow() - QUARANTINE - timedelta(seconds=1)
            work.session.execute(update(Attempt).values(started_at=left))
            held = update(OutboxRow).where(OutboxRow.state == OutboxState.CLAIMED)
            work.session.execute(held.values(claimed_until=left))
            work.session.execute(update(Gate).values(failures=0, opened_at=None))
        self.make_due()

    def told(self, order: UUID) -> str:
        """The delivery state the order's module was told of last."""
        with self.host.read(self.actor) as work:
            return work.session.get_one(trial.TrialOrder, order).told

    def reference(self, order: UUID) -> str:
        found = self.link(order).reference
        assert found is not None
        return found

    def external_id(self, order: UUID) -> str:
        found = self.link(order).external_id
        assert found is not None
        return found

    def next_try_at(self, order: UUID) -> datetime:
        found = self.link(order).next_try_at
        assert found is not None
        return found
