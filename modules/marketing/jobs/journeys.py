"""What leads people on: who enters, whose step is due, who has reached the goal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.errors import CrmError
from core.jobs.job import Job, JobContext
from modules.contacts.models import Party
from modules.marketing.models import Journey, Segment
from modules.marketing.rules.states import JourneyState
from modules.marketing.services import enrolments, watching
from modules.marketing.services.journeys import ENROL
from modules.marketing.services.letters import place
from modules.marketing.services.preferences import ASK, ask
from modules.marketing.services.segments import people

_CHUNK = 500
#: Steps between two looks at whether the worker is to stop.
_STEPS = 50


def enrol_present(context: JobContext, args: Mapping[str, Any]) -> None:
    """A journey starts: so does everybody who is in its segment by now."""
    journey_id, after = UUID(args["journey"]), UUID(int=0)
    while not context.stopping:
        with context.write() as work:
            journey = work.session.get_one(Journey, journey_id)
            segment = work.session.get_one(Segment, journey.segment_id)
            some = people(work, segment).where(Party.id > after).order_by(Party.id).limit(_CHUNK)
            ids = work.session.scalars(some).all()
            if journey.state is not JourneyState.RUNNING or not ids:
                return
            enrolments.enrol(work, journey, ids)
            after = ids[-1]


def advance(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Every step that is due, each in a transaction of its own."""
    while not context.stopping:
        with context.read() as work:
            ids = enrolments.due(work, _STEPS)
        if not ids:
            return
        for enrolment_id in ids:
            _advance(context, enrolment_id)


def _advance(context: JobContext, enrolment_id: UUID) -> None:
    """One that can not go on now does not keep the others from it."""
    try:
        with context.write() as work:
            enrolments.advance(work, enrolment_id)
    except (enrolments.NotNow, CrmError) as error:
        with context.write() as work:
            enrolments.postpone(work, enrolment_id, str(error))


def watch(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Look at the segments journeys wait for, and at their goals."""
    with context.read() as work:
        segments = watching.watched(work)
    for segment_id in segments:
        more = True
        while more and not context.stopping:
            with context.write() as work:
                more = watching.look(work, segment_id)
    with context.write() as work:
        for journey in watching.running(work):
            enrolments.convert(work, journey)


def confirm(context: JobContext, args: Mapping[str, Any]) -> None:
    """Post the mail that asks somebody to confirm a consent."""
    where = place(context.host.settings)
    with context.write() as work:
        ask(work, UUID(args["entry"]), where)


JOBS = (
    Job(name=ENROL, run=enrol_present),
    Job(name=enrolments.ADVANCE, run=advance, every_s=20, keep_done=False),
    Job(name="marketing.watch", run=watch, every_s=60, keep_done=False),
    Job(name=ASK, run=confirm, max_attempts=60, longest_wait_s=3600),
)
