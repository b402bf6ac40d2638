"""ERPs without drafts: created in one step, looked for once a lost request can no longer act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from connectors.fake.connector import FakeSession
from connectors.fake.erp import Erp
from connectors.fake.faults import When
from connectors.fake.orders import Orders
from connectors.fake.parties import Parties
from core.clock import utcnow
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import InDoubt, Unsent
from core.sync.inline import InlineContext
from core.sync.models import Attempt
from core.sync.push.singles import QUARANTINE
from core.sync.push.strays import sweep_strays
from core.sync.values import Done, Found, Outcome, Outgoing
from core.testing import trial
from tests.core.sync.outbound import Trial

CONFIRMED = DocumentState.CONFIRMED


@dataclass(frozen=True, slots=True)
class Blind:
    """The fake's orders as an ERP would take them that has no drafts and no look-up."""

    erp: Erp
    document = SalesOrder
    streams = ()

    def create(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        with self.erp.faults.around("create"):
            orders = Orders(self.erp)
            drafts = orders.draft(items)
            return [self._confirmed(orders, one) for one in drafts]

    @staticmethod
    def _confirmed(orders: Orders, outcome: Outcome) -> Outcome:
        return orders.confirm([outcome.ref])[0] if isinstance(outcome, Done) else outcome


@dataclass(frozen=True, slots=True)
class OneStep(Blind):
    """An ERP without drafts."""

    def find(self, references: Sequence[str]) -> list[Found]:
        return Orders(self.erp).find(references)


@pytest.fixture
def one_step(there: Trial, monkeypatch: pytest.MonkeyPatch) -> Trial:
    def endpoints(self: FakeSession) -> Iterable[Any]:
        return (Parties(self.erp), OneStep(self.erp))

    monkeypatch.setattr(FakeSession, "endpoints", property(endpoints))
    there.connect()
    return there


def age_attempts(there: Trial, by: timedelta) -> None:
    with there.host.write(there.actor) as work:
        work.session.execute(update(Attempt).values(started_at=utcnow() - by))
    there.make_due()


def test_an_order_is_created_once(one_step: Trial) -> None:
    order = one_step.order(one_step.party())
    one_step.push()
    assert one_step.state(order) == "confirmed"
    assert one_step.over_there() == [(one_step.reference(order), CONFIRMED)]


@pytest.mark.parametrize("when", list(When))
def test_a_lost_answer_is_quarantined_and_then_looked_for(one_step: Trial, when: When) -> None:
    order = one_step.order(one_step.party())
    one_step.fail(InDoubt("no answer"), verb="create", when=when, call=1)
    one_step.push()
    one_step.make_due()
    one_step.push()
    assert one_step.state(order) == "in_doubt"
    assert one_step.erp.faults.calls.count("find") == 0, "nothing can be concluded yet"
    assert one_step.next_try_at(order) > utcnow() + QUARANTINE / 2
    age_attempts(one_step, QUARANTINE + timedelta(seconds=1))
    one_step.push()
    assert one_step.state(order) == "confirmed"
    assert one_step.over_there() == [(one_step.reference(order), CONFIRMED)]


def test_an_erp_that_was_not_reached_needs_no_quarantine(one_step: Trial) -> None:
    order = one_step.order(one_step.party())
    one_step.fail(Unsent("away"), verb="create", call=1)
    one_step.push()
    one_step.make_due()
    one_step.push()
    assert one_step.state(order) == "confirmed"


def test_an_erp_without_look_up_is_not_sent_orders(
    there: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        FakeSession, "endpoints", property(lambda self: (Parties(self.erp), Blind(self.erp)))
    )
    there.connect()
    order = there.order(there.party())
    there.push()
    assert there.state(order) == "stopped"
    assert "safe" in there.link(order).message
    assert there.over_there() == []


def test_a_draft_that_turns_up_late_is_discarded_by_the_sweep(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", call=1)
    connected.push()
    connected.mend()
    connected.push()
    assert connected.state(order) == "confirmed"
    ours = next(row for row in connected.erp.store.all(SalesOrder))
    late = _late(ours.body)
    connected.erp.store.put("SO99999", late, reference=connected.reference(order))
    sweep(connected)
    assert connected.over_there() == [(connected.reference(order), CONFIRMED)]


def test_the_sweep_leaves_foreign_drafts_alone(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", call=1)
    connected.push()
    connected.mend()
    connected.push()
    theirs = _late(connected.erp.store.all(SalesOrder)[0].body)
    connected.erp.store.put("SO99998", theirs, reference=f"{connected.reference(order)}x")
    sweep(connected)
    assert connected.erp.store.get(SalesOrder, "SO99998") is not None


def _late(order: SalesOrder) -> SalesOrder:
    return replace(order, state=DocumentState.DRAFT, number=None)


def sweep(there: Trial) -> None:
    connection_id: UUID = there.routes()[0].connection_id
    args = {"connection": str(connection_id), "kind": trial.ORDER}
    sweep_strays(InlineContext(there.host, there.actor), args)
