"""People on journeys: enrolled, led on step by step, and out again.

A step, what it does and that it is done are one transaction: whatever crashes, it is done once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from core.clock import utcnow
from core.db.upsert import insert_into
from core.deeds import Asked, do
from core.errors import Invalid, NotFound, RuleBroken
from core.ids import new_id
from core.jobs.queue import enqueue
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.events import SegmentEntered
from modules.marketing.models import Enrolment, Journey, JourneyStep, Segment, Send, StepDone
from modules.marketing.rules.states import (
    ENROLMENT_FLOW,
    EnrolmentState,
    JourneyState,
    SendState,
    StepKind,
)
from modules.marketing.services.permitted import permits
from modules.marketing.services.segments import is_in, people
from modules.marketing.services.sending import Lane

ADVANCE, SEND = "marketing.advance", "marketing.send"
UNDER_WAY = (EnrolmentState.ACTIVE, EnrolmentState.WAITING)
#: When a step is tried again whose module is disabled.
_LATER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Done:
    """How a step ended; ``wait_until`` and ``leaves`` say how it goes on."""

    outcome: str
    words: str = ""
    wait_until: datetime | None = None
    leaves: bool = False
    skips_next: bool = False


class NotNow(Exception):
    """The step's module is disabled: it waits."""


def enter(event: SegmentEntered, work: UnitOfWork) -> None:
    """Somebody came into a segment: every running journey of it takes them in."""
    own = select(Journey).where(
        Journey.segment_id == event.segment_id, Journey.state == JourneyState.RUNNING
    )
    for journey in work.session.scalars(own):
        enrol(work, journey, [event.party_id])


def enrol(work: UnitOfWork, journey: Journey, party_ids: Sequence[UUID]) -> int:
    """Those who are not on it, and have not been too lately; how many started."""
    busy = _busy(work, journey, party_ids)
    rows = [
        {
            "id": new_id(),
            "company_id": journey.company_id,
            "journey_id": journey.id,
            "party_id": party_id,
        }
        for party_id in party_ids
        if party_id not in busy
    ]
    if not rows:
        return 0
    # Two at once: the index over those under way lets one in.
    insert = insert_into(Enrolment, work.session).values(rows).on_conflict_do_nothing()
    started = work.session.scalars(insert.returning(Enrolment.id)).all()
    enqueue(work, ADVANCE, key=ADVANCE)
    return len(started)


def due(work: UnitOfWork, most: int) -> Sequence[UUID]:
    """Enrolments of running journeys whose next step is due."""
    statement = (
        select(Enrolment.id)
        .join(Journey, Journey.id == Enrolment.journey_id)
        .where(
            Enrolment.state.in_(UNDER_WAY),
            Enrolment.due_at <= utcnow(),
            Journey.state == JourneyState.RUNNING,
        )
        .order_by(Enrolment.due_at, Enrolment.id)
        .limit(most)
    )
    return work.session.scalars(statement).all()


def advance(work: UnitOfWork, enrolment_id: UUID) -> None:
    """The next step of one person, or the end."""
    enrolment = work.session.get_one(Enrolment, enrolment_id, with_for_update=True)
    if enrolment.state not in UNDER_WAY or enrolment.due_at > utcnow():
        return
    journey = work.session.get_one(Journey, enrolment.journey_id)
    if journey.state is not JourneyState.RUNNING:
        return
    if _reached_goal(work, journey, enrolment):
        _end(enrolment, EnrolmentState.CONVERTED, _("Reached the goal"))
        return
    following = _following(work, enrolment)
    if not following:
        _end(enrolment, EnrolmentState.COMPLETED, "")
        return
    _take(work, journey, enrolment, following)


def postpone(work: UnitOfWork, enrolment_id: UUID, words: str) -> None:
    enrolment = work.session.get_one(Enrolment, enrolment_id, with_for_update=True)
    enrolment.due_at, enrolment.reason = utcnow() + _LATER, words[:500]


def convert(work: UnitOfWork, journey: Journey) -> None:
    """Everybody on the journey who has reached its goal leaves it, in one statement."""
    if journey.goal_id is None:
        return
    goal = work.session.get_one(Segment, journey.goal_id)
    there = update(Enrolment).where(
        Enrolment.journey_id == journey.id,
        Enrolment.state.in_(UNDER_WAY),
        Enrolment.party_id.in_(people(work, goal)),
    )
    values = {
        "state": EnrolmentState.CONVERTED,
        "ended_at": utcnow(),
        "reason": _("Reached the goal"),
    }
    work.session.execute(there.values(values), execution_options={"synchronize_session": False})


def _busy(work: UnitOfWork, journey: Journey, party_ids: Sequence[UUID]) -> set[UUID]:
    been = select(Enrolment.party_id).where(
        Enrolment.journey_id == journey.id, Enrolment.party_id.in_(party_ids)
    )
    if journey.again_after_days:
        since = utcnow() - timedelta(days=journey.again_after_days)
        been = been.where((Enrolment.started_at > since) | Enrolment.state.in_(UNDER_WAY))
    return set(work.session.scalars(been))


def _following(work: UnitOfWork, enrolment: Enrolment) -> Sequence[JourneyStep]:
    """The steps behind the last one that is done, as the journey stands now."""
    done = (
        select(func.max(JourneyStep.position))
        .join(StepDone, StepDone.step_id == JourneyStep.id)
        .where(StepDone.enrolment_id == enrolment.id)
    )
    last = work.session.scalar(done) or 0
    statement = select(JourneyStep).where(
        JourneyStep.journey_id == enrolment.journey_id,
        JourneyStep.active,
        JourneyStep.position > last,
    )
    return work.session.scalars(statement.order_by(JourneyStep.position).limit(2)).all()


def _take(
    work: UnitOfWork, journey: Journey, enrolment: Enrolment, following: Sequence[JourneyStep]
) -> None:
    step = following[0]
    done = _run(work, journey, enrolment, step)
    _keep(work, enrolment, step, done)
    if done.leaves:
        _end(enrolment, EnrolmentState.EXITED, done.words)
        return
    if done.skips_next and len(following) > 1:
        _keep(work, enrolment, following[1], Done("skipped", done.words))
    waits = done.wait_until is not None
    state = EnrolmentState.WAITING if waits else EnrolmentState.ACTIVE
    if enrolment.state is not state:
        enrolment.state = ENROLMENT_FLOW.step(enrolment.state, state)
    enrolment.due_at, enrolment.reason = done.wait_until or utcnow(), ""


def _run(work: UnitOfWork, journey: Journey, enrolment: Enrolment, step: JourneyStep) -> Done:
    if step.kind is StepKind.WAIT:
        return Done("done", wait_until=utcnow() + timedelta(hours=step.settings["hours"]))
    if step.kind is StepKind.CONDITION:
        return _ask(work, enrolment, step)
    if step.kind is StepKind.MESSAGE:
        return _write(work, journey, enrolment, step)
    return _do(work, journey, enrolment, step)


def _ask(work: UnitOfWork, enrolment: Enrolment, step: JourneyStep) -> Done:
    what, otherwise = step.settings["what"], step.settings["otherwise"]
    if what == "segment":
        segment = work.session.get_one(Segment, UUID(step.settings["segment_id"]))
        holds = is_in(work, segment, enrolment.party_id)
    else:
        holds = _responded(work, enrolment, what)
    if holds:
        return Done("done")
    words = _("The condition did not hold")
    return Done("skipped", words, leaves=otherwise == "leave", skips_next=otherwise == "skip")


def _responded(work: UnitOfWork, enrolment: Enrolment, what: str) -> bool:
    """To any mail of this journey; an open is weak, see the README."""
    moment = Send.opened_at if what == "opened" else Send.clicked_at
    found = select(Send.id).where(Send.enrolment_id == enrolment.id, moment.is_not(None))
    return work.session.scalar(found.limit(1)) is not None


def _write(work: UnitOfWork, journey: Journey, enrolment: Enrolment, step: JourneyStep) -> Done:
    """Put the mail on the lane of journeys; what may not go out is kept with its reason."""
    permit = permits(
        work,
        [enrolment.party_id],
        purpose_id=journey.purpose_id,
        company_id=journey.company_id,
    )[enrolment.party_id]
    send = Send(
        company_id=journey.company_id,
        enrolment_id=enrolment.id,
        step_id=step.id,
        purpose_id=journey.purpose_id,
        message_id=step.message_id,
        party_id=enrolment.party_id,
        address=permit.address,
        state=SendState.QUEUED if permit.reason is None else SendState.SUPPRESSED,
        reason=permit.reason,
    )
    work.session.add(send)
    work.session.flush()
    if permit.reason is not None:
        return Done("suppressed", permit.reason.value)
    lane = Lane(journey.company_id, None)
    enqueue(work, SEND, lane.args, key=lane.key, partition=lane.key)
    return Done("done")


def _do(work: UnitOfWork, journey: Journey, enrolment: Enrolment, step: JourneyStep) -> Done:
    """Another module's deed, in this transaction; what it did before it said no is undone."""
    name = step.settings["name"]
    if name not in work.enabled.deeds:
        raise NotNow(_("No enabled module can do “%(name)s”.", name=name))
    asked = Asked(
        record_id=enrolment.party_id,
        settings=step.settings["settings"],
        key=f"marketing.enrolment:{enrolment.id}:{step.id}",
        reason=_("Journey “%(name)s”", name=journey.name),
    )
    try:
        with work.session.begin_nested():
            do(work, name, asked)
    except (RuleBroken, NotFound, Invalid) as error:
        return Done("failed", str(error))
    return Done("done")


def _reached_goal(work: UnitOfWork, journey: Journey, enrolment: Enrolment) -> bool:
    if journey.goal_id is None:
        return False
    return is_in(work, work.session.get_one(Segment, journey.goal_id), enrolment.party_id)


def _keep(work: UnitOfWork, enrolment: Enrolment, step: JourneyStep, done: Done) -> None:
    work.session.add(
        StepDone(
            enrolment_id=enrolment.id,
            step_id=step.id,
            outcome=done.outcome,
            words=done.words[:500],
        )
    )
    work.session.flush()


def _end(enrolment: Enrolment, state: EnrolmentState, words: str) -> None:
    enrolment.state = ENROLMENT_FLOW.step(enrolment.state, state)
    enrolment.ended_at, enrolment.reason = utcnow(), words
