"""What the safety of the outbound half rests on, each piece alone.

The draft protocol mends nearly everything by itself, so that a run from end to end would not notice
when one of these was missing. The mutants (``tests/mutants``) take them away one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from typing_extensions import override

from connectors.fake.faults import Faults
from core.clock import utcnow
from core.errors import Busy
from core.ids import new_id
from core.sync.documents import DocumentState
from core.sync.errors import InDoubt
from core.sync.inline import InlineContext
from core.sync.models import Attempt, AttemptItem, AttemptOutcome, OutboxRow, OutboxState
from core.sync.push import run
from core.sync.push.claim import claim
from core.sync.push.settle import settle
from core.sync.push.strays import sweep_strays
from core.sync.push.verdicts import stopped
from core.testing import trial
from core.work import UnitOfWork
from tests.core.sync.outbound import Trial


@dataclass(slots=True)
class Witness(Faults):
    """Looks into Tandem's database while a call is on its way."""

    there: Trial | None = None
    #: For each call: its verb, and the attempts of that verb nobody has closed yet.
    seen: list[tuple[str, int]] = field(default_factory=list)

    @override
    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        if self.there is not None:
            self.seen.append((verb, open_attempts(self.there, verb)))
        yield


def open_attempts(there: Trial, verb: str) -> int:
    under_way = (Attempt.verb == verb) & Attempt.ended_at.is_(None)
    with there.host.read(there.actor) as work:
        return work.session.scalar(select(func.count()).select_from(Attempt).where(under_way)) or 0


def test_every_writing_call_finds_its_attempt_committed(connected: Trial) -> None:
    witness = Witness(there=connected)
    object.__setattr__(connected.erp, "faults", witness)
    connected.orders(2)
    connected.push()
    writes = [(verb, count) for verb, count in witness.seen if verb in ("draft", "confirm")]
    assert writes == [("draft", 1), ("confirm", 1)]


def test_a_write_without_an_answer_stays_in_doubt_in_its_attempt(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft")
    connected.push()
    assert connected.state(order) == "in_doubt"
    outcomes = select(AttemptItem.outcome).join(Attempt).where(Attempt.verb == "draft")
    with connected.host.read(connected.actor) as work:
        assert list(work.session.scalars(outcomes)) == [AttemptOutcome.IN_DOUBT]


def test_the_sweep_leaves_a_draft_alone_that_is_on_its_way(connected: Trial) -> None:
    """Its create was in doubt and it was adopted; only its confirmation is missing."""
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft")
    connected.push()
    connected.fail(InDoubt("no answer"), verb="confirm")
    connected.make_due()
    connected.push()
    connected.make_due()
    connected.push()
    bound = connected.external_id(order)
    args = {"connection": str(connected.routes()[0].connection_id), "kind": trial.ORDER}
    sweep_strays(InlineContext(connected.host, connected.actor), args)
    assert connected.over_there() == [(connected.reference(order), DocumentState.DRAFT)]
    connected.mend()
    connected.push()
    assert (connected.state(order), connected.external_id(order)) == ("confirmed", bound)


def test_the_verdict_of_a_run_that_was_overtaken_is_not_written(connected: Trial) -> None:
    connected.order(connected.party())
    route = next(route for route in connected.routes() if route.kind == trial.ORDER)
    with connected.host.write(connected.actor) as work:
        frozen = claim(work, route, new_id())
    expire(connected, frozen[0].outbox_id)
    with connected.host.write(connected.actor) as work:
        (mine,) = claim(work, route, new_id())
    with connected.host.write(connected.actor) as work:
        settle(work, work.enabled.outbound[trial.ORDER], [(frozen[0], stopped("nobody answers"))])
    row = next(row for row in connected.rows() if row.id == mine.outbox_id)
    assert (row.state, row.fence) == (OutboxState.CLAIMED, mine.fence)


def test_a_database_that_goes_away_while_documents_are_made_stops_no_record(
    connected: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was cut off in the middle of a batch: nothing is wrong with the orders."""
    orders = connected.orders(3)
    make = run._make_document
    made: list[UUID] = []

    def cut_at_second(work: UnitOfWork, *args: Any) -> None:
        made.append(args[1].outbox_id)
        if len(made) == 2:
            raise OperationalError("SELECT 1", {}, ConnectionError("server closed the connection"))
        make(work, *args)

    monkeypatch.setattr(run, "_make_document", cut_at_second)
    context = InlineContext(connected.host, connected.actor)  # one claimant, as all jobs of a route
    with pytest.raises((Busy, OperationalError)):
        connected.push(context)
    connected.push(context)
    assert {connected.state(order) for order in orders} == {"confirmed"}


def expire(there: Trial, outbox_id: UUID) -> None:
    with there.host.write(there.actor) as work:
        row = work.session.get_one(OutboxRow, outbox_id)
        row.claimed_until = utcnow() - timedelta(seconds=1)
