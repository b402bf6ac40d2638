"""Who came into a segment and who left, since it was last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from core.clock import utcnow
from core.db.upsert import insert_into
from core.ids import new_id
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.marketing.events import SegmentEntered
from modules.marketing.models import Journey, Segment, SegmentMember
from modules.marketing.rules.states import JourneyState
from modules.marketing.services.segments import missing, people

#: People announced in one transaction.
CHUNK = 500


def watched(work: UnitOfWork) -> Sequence[UUID]:
    """Segments by conditions that a running journey waits for."""
    statement = (
        select(Segment.id)
        .join(Journey, Journey.segment_id == Segment.id)
        .where(Journey.state == JourneyState.RUNNING, ~Segment.is_list)
        .distinct()
    )
    return work.session.scalars(statement).all()


def running(work: UnitOfWork) -> Sequence[Journey]:
    own = select(Journey).where(Journey.state == JourneyState.RUNNING).order_by(Journey.id)
    return work.session.scalars(own).all()


def look(work: UnitOfWork, segment_id: UUID) -> bool:
    """Announce some of those who came in; True when there may be more.

    While a trait is missing nothing is known, so nobody leaves and nobody enters.
    """
    segment = work.session.get_one(Segment, segment_id, with_for_update=True)
    if missing(work, segment):
        return False
    members = select(SegmentMember.party_id).where(SegmentMember.segment_id == segment.id)
    now = people(work, segment)
    work.session.execute(
        delete(SegmentMember).where(
            SegmentMember.segment_id == segment.id, SegmentMember.party_id.not_in(now)
        ),
        execution_options={"synchronize_session": False},
    )
    came = work.session.scalars(now.where(Party.id.not_in(members)).limit(CHUNK)).all()
    _enter(work, segment, came)
    segment.watched_at = utcnow()
    return len(came) == CHUNK


def _enter(work: UnitOfWork, segment: Segment, came: Sequence[UUID]) -> None:
    if not came:
        return
    rows = [
        {
            "id": new_id(),
            "company_id": segment.company_id,
            "segment_id": segment.id,
            "party_id": party_id,
        }
        for party_id in came
    ]
    work.session.execute(insert_into(SegmentMember, work.session).values(rows))
    for party_id in came:
        work.publish(SegmentEntered(segment_id=segment.id, party_id=party_id))
