"""Journeys: written step by step, set going, stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.api.listing import Listing
from core.companies import fetch, home
from core.errors import Invalid, RuleBroken
from core.jobs.queue import enqueue
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import (
    Enrolment,
    Journey,
    JourneyStep,
    Message,
    Purpose,
    Segment,
    StepDone,
)
from modules.marketing.rules.states import JOURNEY_FLOW, EnrolmentState, JourneyState, StepKind
from modules.marketing.services.letters import check_fields, number_links

ENROL = "marketing.enrol"
_MOST_STEPS = 50

JOURNEYS = Listing(
    name="journeys",
    statement=select(
        Journey.id,
        Journey.name,
        Journey.state,
        Segment.name.label("segment"),
        Journey.segment_id,
        Journey.updated_at,
        Journey.company_id,
    ).join(Segment, Segment.id == Journey.segment_id),
    sorts={"name": Journey.name, "updated_at": Journey.updated_at},
    default="name",
    filters={"state": Journey.state},
    search=lambda text: Journey.name.icontains(text.strip(), autoescape=True),
)


@dataclass(frozen=True, slots=True)
class StepCount:
    """Of one step: who has it behind them, by outcome, and who waits there now."""

    outcomes: Mapping[str, int]

    @property
    def reached(self) -> int:
        return sum(self.outcomes.values())


def make_journey(work: UnitOfWork, values: Mapping[str, Any]) -> Journey:
    journey = Journey(company_id=home(work))
    _put(work, journey, values)
    work.session.add(journey)
    work.session.flush()
    return journey


def change_journey(
    work: UnitOfWork, journey_id: UUID, values: Mapping[str, Any], *, version: int | None
) -> Journey:
    journey = _editable(work, journey_id)
    check_version(journey, version)
    _put(work, journey, values)
    work.session.flush()
    return journey


def steps(work: UnitOfWork, journey_id: UUID) -> Sequence[JourneyStep]:
    own = select(JourneyStep).where(JourneyStep.journey_id == journey_id, JourneyStep.active)
    return work.session.scalars(own.order_by(JourneyStep.position)).all()


def add_step(
    work: UnitOfWork,
    journey_id: UUID,
    kind: StepKind,
    settings: Mapping[str, Any],
    *,
    message: Mapping[str, str] | None = None,
) -> JourneyStep:
    """At the end. ``message`` is subject, text and HTML of a message step. Raise Invalid."""
    journey = _editable(work, journey_id)
    if len(steps(work, journey.id)) >= _MOST_STEPS:
        raise RuleBroken(_("A journey has %(number)d steps at most.", number=_MOST_STEPS))
    last = work.session.scalar(
        select(func.max(JourneyStep.position)).where(JourneyStep.journey_id == journey.id)
    )
    step = JourneyStep(
        company_id=journey.company_id,
        journey_id=journey.id,
        position=(last or 0) + 1,
        kind=kind,
        settings=_settings(work, kind, settings),
    )
    if kind is StepKind.MESSAGE:
        step.message_id = _write(work, journey.company_id, message or {})
    work.session.add(step)
    work.session.flush()
    return step


def move_step(work: UnitOfWork, step_id: UUID, *, up: bool) -> None:
    """Change places with its neighbour; the first and the last stay."""
    step = fetch(work, JourneyStep, step_id)
    _editable(work, step.journey_id)
    order = list(steps(work, step.journey_id))
    here = next(index for index, one in enumerate(order) if one.id == step.id)
    there = here - 1 if up else here + 1
    if 0 <= there < len(order):
        other = order[there]
        step.position, other.position = other.position, step.position


def drop_step(work: UnitOfWork, step_id: UUID) -> None:
    """Out of the way; those who have it behind them keep it in their story."""
    step = fetch(work, JourneyStep, step_id)
    _editable(work, step.journey_id)
    step.active = False


def start_journey(work: UnitOfWork, journey_id: UUID) -> Journey:
    """Everybody in its segment starts now, and everybody who enters it later. Raise RuleBroken."""
    journey = fetch(work, Journey, journey_id, lock=True)
    if not steps(work, journey.id):
        raise RuleBroken(_("A journey needs at least one step."))
    journey.state = JOURNEY_FLOW.step(journey.state, JourneyState.RUNNING)
    enqueue(work, ENROL, {"journey": str(journey.id)}, key=str(journey.id))
    return journey


def stop_journey(work: UnitOfWork, journey_id: UUID) -> Journey:
    """Nobody starts and nobody goes on; started again, those under way go on where they are."""
    journey = fetch(work, Journey, journey_id, lock=True)
    journey.state = JOURNEY_FLOW.step(journey.state, JourneyState.STOPPED)
    return journey


def step_counts(work: UnitOfWork, journey_id: UUID) -> dict[UUID, StepCount]:
    """One statement for all steps."""
    statement = (
        select(StepDone.step_id, StepDone.outcome, func.count())
        .join(JourneyStep, JourneyStep.id == StepDone.step_id)
        .where(JourneyStep.journey_id == journey_id)
        .group_by(StepDone.step_id, StepDone.outcome)
    )
    found: dict[UUID, dict[str, int]] = {}
    for step_id, outcome, number in work.session.execute(statement):
        found.setdefault(step_id, {})[outcome] = int(number)
    return {step_id: StepCount(outcomes) for step_id, outcomes in found.items()}


def enrolment_counts(work: UnitOfWork, journey_id: UUID) -> dict[EnrolmentState, int]:
    statement = (
        select(Enrolment.state, func.count())
        .where(Enrolment.journey_id == journey_id)
        .group_by(Enrolment.state)
    )
    return {row[0]: int(row[1]) for row in work.session.execute(statement)}


def _editable(work: UnitOfWork, journey_id: UUID) -> Journey:
    journey = fetch(work, Journey, journey_id, lock=True)
    if journey.state is JourneyState.RUNNING:
        raise RuleBroken(_("Stop the journey first: people are on it."))
    return journey


def _put(work: UnitOfWork, journey: Journey, values: Mapping[str, Any]) -> None:
    for name, kind in (("segment_id", Segment), ("goal_id", Segment), ("purpose_id", Purpose)):
        if values.get(name) is not None:
            fetch(work, kind, values[name])
    for name in ("name", "purpose_id", "segment_id", "goal_id", "again_after_days"):
        if name in values:
            setattr(journey, name, values[name])


def _write(work: UnitOfWork, company_id: UUID, given: Mapping[str, str]) -> UUID:
    wrong = {name: _("Fill this in.") for name in ("subject", "text") if not given.get(name)}
    if wrong:
        raise Invalid(_("Please look at the marked fields."), fields=wrong)
    message = Message(
        company_id=company_id,
        subject=given["subject"].strip(),
        text=given["text"],
        html=given.get("html", ""),
    )
    check_fields(work, message)
    work.session.add(message)
    work.session.flush()
    number_links(work, message)
    return message.id


def _settings(work: UnitOfWork, kind: StepKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """As they are kept. Raise Invalid for what the kind can not do with them."""
    if kind is StepKind.WAIT:
        return {"hours": _hours(given.get("hours"))}
    if kind is StepKind.CONDITION:
        return _condition(work, given)
    if kind is StepKind.DEED:
        return _deed(work, given)
    return {}


def _hours(given: Any) -> int:
    if not isinstance(given, int) or not 1 <= given <= 24 * 366:
        problem = _("Write a number of hours from 1 to 8784.")
        raise Invalid(problem, fields={"hours": problem})
    return given


def _condition(work: UnitOfWork, given: Mapping[str, Any]) -> dict[str, Any]:
    what, otherwise = given.get("what"), given.get("otherwise", "leave")
    if what not in {"segment", "opened", "clicked"} or otherwise not in {"leave", "skip"}:
        raise Invalid(_("Say what is asked, and what happens when it does not hold."))
    if what != "segment":
        return {"what": what, "otherwise": otherwise}
    segment = fetch(work, Segment, UUID(str(given.get("segment_id"))))
    return {"what": what, "segment_id": str(segment.id), "otherwise": otherwise}


def _deed(work: UnitOfWork, given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings stay as JSON; the deed's own schema says whether they are good."""
    name = str(given.get("name", ""))
    deed = work.enabled.deeds.get(name)
    if deed is None:
        raise Invalid(_("No enabled module can do “%(name)s”.", name=name))
    work.actor.require(deed.permission)
    settings, schema = dict(given.get("settings", {})), deed.settings()
    if errors := schema.validate(settings):
        fields = {key: str(found) for key, found in errors.items()}
        raise Invalid(_("Please look at the marked fields."), fields=fields)
    return {"name": name, "settings": schema.dump(schema.load(settings))}
