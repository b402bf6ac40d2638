"""A journey leads everybody who enters: each step once, wherever it is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from typing_extensions import override

from core.actor import Actor
from core.clock import utcnow
from core.dispatch import Dispatcher
from core.sync.inline import InlineContext
from core.work import UnitOfWork
from modules.contacts.models import Activity
from modules.marketing.jobs import journeys as jobs
from modules.marketing.models import Enrolment, Journey, Send, StepDone
from modules.marketing.rules.states import EnrolmentState, SendState, StepKind
from modules.marketing.services import enrolments, journeys
from modules.marketing.services.segments import add_members, make_segment
from tests.core.mail.post_office import Office
from tests.modules.marketing.conftest import EVERYBODY, Market

TASK = {
    "name": "contacts.plan_activity",
    "settings": {"kind": "call", "summary": "Say hello", "in_days": 1},
}
STEPS: list[tuple[StepKind, dict[str, Any]]] = [
    (StepKind.MESSAGE, {}),
    (StepKind.WAIT, {"hours": 2}),
    (StepKind.DEED, TASK),
    (StepKind.CONDITION, {"what": "clicked", "otherwise": "skip"}),
    (StepKind.DEED, TASK),
]


def journey(market: Market, steps: list[tuple[StepKind, dict[str, Any]]], **values: Any) -> UUID:
    given = {
        "name": "Welcome",
        "purpose_id": market.purpose_id,
        "goal_id": None,
        "again_after_days": 0,
        **values,
    }
    given.setdefault("segment_id", market.segment(EVERYBODY))
    message = {"subject": "Welcome", "text": "Dear {{ first_name }}"}
    with market.host.write(market.actor) as work:
        made = journeys.make_journey(work, given)
        for kind, settings in steps:
            journeys.add_step(work, made.id, kind, settings, message=message)
        journeys.start_journey(work, made.id)
        return made.id


def pass_hours(market: Market, hours: int) -> None:
    with market.host.write(market.actor) as work:
        earlier = Enrolment.due_at <= utcnow() + timedelta(hours=hours)
        work.session.execute(update(Enrolment).where(earlier).values(due_at=utcnow()))
    advance(market)


def advance(market: Market) -> None:
    jobs.advance(InlineContext(market.host, market.actor), {})


def state(market: Market) -> EnrolmentState:
    with market.host.read(market.actor) as work:
        return work.session.scalars(select(Enrolment.state)).one()


def number(market: Market, of: Any) -> int:
    with market.host.read(market.actor) as work:
        return work.session.scalar(select(func.count()).select_from(of)) or 0


def test_a_journey_from_its_first_mail_to_its_end(market: Market, post: Office) -> None:
    market.person("Ada L")
    journey(market, STEPS)
    assert market.run() == []
    assert [to for to, _mail in post.mails] == [("ada@example.com",)]
    assert (state(market), number(market, Activity)) == (EnrolmentState.WAITING, 0)
    pass_hours(market, 2)
    assert (state(market), number(market, Activity)) == (EnrolmentState.COMPLETED, 1)
    assert number(market, StepDone) == len(STEPS)
    with market.host.read(market.actor) as work:
        journey_id = work.session.scalars(select(Enrolment.journey_id)).one()
        counts = [dict(one.outcomes) for one in journeys.step_counts(work, journey_id).values()]
    assert sorted(map(str, counts)) == ["{'done': 1}"] * 3 + ["{'skipped': 1}"] * 2


@dataclass
class Cut(Exception):
    """The process died here."""

    at: int


class Dying(InlineContext):
    """Dies at the given boundary: before a transaction, in it after all was done, or behind it."""

    __slots__ = ()
    left = 0

    @override
    @contextmanager
    def write(self, *, source: str = "tandem") -> Iterator[UnitOfWork]:
        self._step()
        with self.host.write(Actor(**_all(self.actor)), source=source) as work:
            yield work
            work.session.flush()
            self._step()
        self._step()

    def _step(self) -> None:
        Dying.left -= 1
        if Dying.left == 0:
            raise Cut(0)


def _all(actor: Actor) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in actor.__slots__}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_each_step_is_done_once_wherever_it_is_cut_off(market: Market, post: Office) -> None:
    """Every boundary of every transaction of the whole journey is cut once, and it goes on."""
    market.person("Ada L")
    journey(market, STEPS)
    boundary, cuts = 1, 0
    jobs.enrol_present(InlineContext(market.host, market.actor), _only_journey(market))
    while state(market) in enrolments.UNDER_WAY:
        Dying.left = boundary
        try:
            jobs.advance(Dying(market.host, market.actor), {})
        except Cut:
            cuts += 1
        boundary = boundary % 4 + 1
        with market.host.write(market.actor) as work:
            work.session.execute(update(Enrolment).values(due_at=utcnow()))
    assert cuts >= 6
    assert number(market, StepDone) == len(STEPS)
    assert (number(market, Activity), number(market, Send)) == (1, 1)
    assert market.run() == []
    assert len(post.mails) == 1


def _only_journey(market: Market) -> dict[str, str]:
    with market.host.read(market.actor) as work:
        return {"journey": str(work.session.scalars(select(Journey.id)).one())}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_reaches_the_goal_leaves_and_who_enters_later_starts(market: Market) -> None:
    ada = market.person("Ada L")
    with market.host.write(market.actor) as work:
        goal = make_segment(work, "Reached", {}).id
        entry = make_segment(work, "Entered", {}).id
    journey(market, [(StepKind.WAIT, {"hours": 1})], segment_id=entry, goal_id=goal)
    assert market.run() == []
    assert number(market, Enrolment) == 0
    with market.host.write(market.actor) as work:
        add_members(work, entry, [ada])
    while Dispatcher(market.host).step():
        pass
    assert market.run() == []
    assert state(market) is EnrolmentState.WAITING
    with market.host.write(market.actor) as work:
        add_members(work, goal, [ada])
    jobs.watch(InlineContext(market.host, market.actor), {})
    assert state(market) is EnrolmentState.CONVERTED
    with market.host.write(market.actor) as work:
        found = work.session.scalars(select(Enrolment)).one()
        again = work.session.get_one(Journey, found.journey_id)
        assert enrolments.enrol(work, again, [ada]) == 0  # everybody once


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_watched_segment_announces_who_came_in_once(market: Market) -> None:
    journey(market, [(StepKind.WAIT, {"hours": 1})])
    assert market.run() == []
    market.person("Ada L")
    context = InlineContext(market.host, market.actor)
    for _again in range(2):
        jobs.watch(context, {})
        while Dispatcher(market.host).step():
            pass
    assert number(market, Enrolment) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_step_waits_for_its_module_and_a_no_is_kept(market: Market) -> None:
    market.person("Ada L", agrees=False)
    points = {"name": "loyalty.grant_points", "settings": {"points": 5}}
    journey(market, [(StepKind.MESSAGE, {}), (StepKind.DEED, points)])
    market.host.disable("loyalty")
    assert market.run() == []
    with market.host.read(market.actor) as work:
        found = work.session.scalars(select(Enrolment)).one()
        send = work.session.scalars(select(Send)).one()
    assert (found.state, number(market, StepDone)) == (EnrolmentState.ACTIVE, 1)
    assert "loyalty.grant_points" in found.reason
    assert send.state is SendState.SUPPRESSED
    market.host.enable("loyalty", market.actor)
    pass_hours(market, 1)
    assert state(market) is EnrolmentState.COMPLETED
    with market.host.read(market.actor) as work:
        outcomes = work.session.scalars(select(StepDone.outcome).order_by(StepDone.id)).all()
    assert outcomes[0] == "suppressed"
    assert outcomes[1] in {"done", "failed"}  # without a programme there are no points to give
