from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from core.clock import utcnow
from core.sync.inline import InlineContext
from core.sync.models import Attempt, AttemptItem, AttemptOutcome, OutboxRow
from core.sync.retention import forget
from tests.core.sync.outbound import Trial

TABLES = (Attempt, AttemptItem, OutboxRow)


def counts(trial: Trial) -> list[int]:
    with trial.host.read(trial.actor) as work:
        return [work.session.scalar(select(func.count()).select_from(t)) or 0 for t in TABLES]


def forget_in(trial: Trial, days: int) -> None:
    with time_machine.travel(utcnow() + timedelta(days=days), tick=False):
        forget(InlineContext(trial.host, trial.actor), {})


def test_what_ended_long_ago_is_forgotten_and_the_order_is_as_it_was(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.push()
    link, before = connected.link(order), counts(connected)
    assert min(before) > 0
    forget_in(connected, 29)
    assert counts(connected) == before
    forget_in(connected, 31)
    assert counts(connected) == [0, 0, 0]
    assert connected.link(order) == link
    connected.push()
    assert len(connected.over_there()) == 1


def test_a_request_whose_end_nobody_knows_is_kept(connected: Trial) -> None:
    connected.order(connected.party())
    connected.push()
    with connected.host.write(connected.actor) as work:
        items = work.session.scalars(select(AttemptItem).order_by(AttemptItem.id)).all()
        items[-1].outcome = AttemptOutcome.IN_DOUBT
    forget_in(connected, 400)
    attempts, kept, rows = counts(connected)
    assert (attempts, kept, rows) == (1, 1, 1)
