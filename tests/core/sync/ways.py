"""An ERP that takes orders one of four ways, trouble at any point of a run, and a good end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from typing_extensions import override

from connectors.fake.faults import Fault, Faults
from core.jobs.job import JobContext
from core.sync import connections, outbox
from core.sync.documents import DocumentState, SalesOrder
from core.sync.inline import InlineContext
from core.sync.models import Binding, OutboxRow, OutboxState
from core.sync.push.run import push_all
from core.sync.values import Done
from core.testing import trial
from tests.core.sync.outbound import Trial

T = TypeVar("T")
WAYS = ("drafts", "upserts", "creates", "creates_only")
#: Ways in which orders that are there are cancelled and changed.
ASKED_WAYS = WAYS[:3]


def is_sampled(there: Trial, way: str) -> bool:
    """What a trouble means is decided in memory: SQLite shows that for every way.

    On PostgreSQL all of it is tried with drafts; of the other ways what leaves rows behind.
    """
    return way != "drafts" and not there.host.database.is_sqlite


class Crash(BaseException):
    """The worker is killed here: not an Exception, so that nothing may catch it and go on."""


@dataclass
class Garbling(Faults):
    """Gives the ``at``-th list of outcomes in another way than the ERP did."""

    garble: Callable[[list[Any]], Any] | None = None
    at: int = 1
    lists: int = 0

    @override
    def run(self, verb: str, work: Callable[[], T]) -> T:
        answer: Any = Faults.run(self, verb, work)
        if self.garble is not None and verb != "discard":
            self.lists += 1
            answer = self.garble(list(answer)) if self.lists == self.at else answer
        found: T = answer
        return found


def same_id(answers: list[Any]) -> list[Any]:
    first = next((one for one in answers if isinstance(one, Done)), None)
    return [replace(one, ref=first.ref) if first else one for one in answers]


def no_id(answers: list[Any]) -> list[Any]:
    return [
        replace(one, ref=replace(one.ref, id="")) if isinstance(one, Done) else one
        for one in answers
    ]


@dataclass
class Case:
    """``way`` is one of ``WAYS``; the third party in it all is the people who act."""

    there: Trial
    way: str
    faults: Garbling = field(default_factory=Garbling)
    party: trial.TrialParty | None = None
    placed: int = 0
    firm_ones: list[UUID] = field(default_factory=list)

    def connect(self, **settings: Any) -> None:
        object.__setattr__(self.there.erp, "faults", self.faults)
        self.there.connect(orders=self.way, **settings)
        with self.there.host.write(self.there.actor) as work:
            for connection in connections.connections(work):
                connection.accepts_at_most_once = True
        self.party = self.there.party()
        self.there.order(self.party, "SO-FIRST")
        self.there.push()

    def orders(self) -> list[UUID]:
        """Two of a customer the ERP knows, to be sent in one list."""
        party = self.party or self.there.party()
        self.placed += 2
        numbers = (f"SO-{self.placed}", f"SO-{self.placed + 1}")
        return [self.there.order(party, number) for number in numbers]

    def firm(self) -> UUID:
        """One more, and nothing is wrong with it. They are sent in lists, which is cheaper."""
        if not self.firm_ones:
            self.firm_ones = [order for _ in range(5) for order in self.orders()]
            self.push()
        order = self.firm_ones.pop()
        assert self.there.state(order) == "confirmed", self.there.link(order)
        return order

    def push(self, context: JobContext | None = None) -> None:
        context = context or InlineContext(self.there.host, self.there.actor)
        for route in self.there.routes():
            if route.kind == trial.ORDER:
                push_all(context, route, claimant=context.job_id)

    def run(self, work: Callable[[], None], *script: Fault) -> int:
        """With trouble; answers how many calls the ERP got."""
        self.faults.calls.clear()
        self.faults.script[:] = script
        try:
            work()
        except Crash:
            pass
        finally:
            self.faults.script.clear()
        return len(self.faults.calls)

    def bring_home(self, orders: Sequence[UUID], point: str) -> None:
        """Time passes, people act on what is stopped, and it all ends well."""
        for _ in range(3):
            self.there.later()
            self.push()
            if {self.there.state(order) for order in orders} == {"confirmed"} or not self._act():
                break
        for order in orders:
            self._assert_home(order, f"{self.way}: {point}")

    def _assert_home(self, order: UUID, point: str) -> None:
        rows = self.there.erp.store.referring(SalesOrder, [self.there.reference(order)])
        link = self.there.link(order)
        assert [row.body.state for row in rows] == [DocumentState.CONFIRMED], f"{point}: {link}"
        if link.state == "confirmed":
            assert link.external_id == rows[0].id, f"{point}: bound to another"
        else:
            assert self.way == "creates_only", f"{point}: {link}"
            assert "can not be asked" in link.message, f"{point}: {link}"

    def _act(self) -> bool:
        """Retry what is stopped, but for what they find over there; was there anything?"""
        stopped = self._stopped()
        for row_id, binding in stopped:
            hits = self.there.erp.store.referring(SalesOrder, [binding.reference or ""])
            if "can not be asked" in binding.message and hits:
                continue
            with self.there.host.write(self.there.actor) as work:
                outbox.retry(work, row_id)
        return bool(stopped)

    def _stopped(self) -> list[tuple[UUID, Binding]]:
        with self.there.host.read(self.there.actor) as work:
            rows = work.session.execute(
                select(OutboxRow.id, Binding)
                .join(Binding, Binding.id == OutboxRow.binding_id)
                .where(OutboxRow.state == OutboxState.STOPPED)
            )
            return [(row_id, binding) for row_id, binding in rows]
