"""Jobs and subscribers that stopped: what somebody looks at, and sets going again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.api.listing import Listing
from core.events import EventPosition, StoredEvent, kind_of
from core.jobs.models import JobState, StoredJob
from core.work import UnitOfWork

#: Not owned by a company: whoever may see jobs sees all.
JOBS = Listing(
    name="jobs",
    statement=select(
        StoredJob.id,
        StoredJob.name,
        StoredJob.state,
        StoredJob.attempts,
        StoredJob.reason,
        StoredJob.args,
        StoredJob.run_at,
        StoredJob.created_at,
        StoredJob.ended_at,
    ),
    sorts={"created_at": StoredJob.created_at, "run_at": StoredJob.run_at},
    default="-created_at",
    filters={"state": StoredJob.state, "name": StoredJob.name},
)
#: Of subscribers there are as many as modules declare.
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """``event`` is the kind of the one it stopped at; '' where that can not be told."""

    name: str
    module: str
    place: int
    attempts: int
    stopped: str
    event: str
    published_at: datetime | None


def subscribers(work: UnitOfWork, *, stopped: bool = False) -> list[Subscriber]:
    """Durable subscribers of installed modules, and how far they are; or those that stopped."""
    statement = select(EventPosition).order_by(EventPosition.subscriber).limit(_MOST)
    if stopped:
        statement = statement.where(EventPosition.stopped.is_not(None))
    return [_subscriber(work, position) for position in work.session.scalars(statement)]


def stopped_jobs(work: UnitOfWork, limit: int) -> list[Any]:
    """The latest that stopped, as rows of ``JOBS``."""
    statement = JOBS.statement.where(StoredJob.state == JobState.STOPPED)
    return list(work.session.execute(statement.order_by(StoredJob.ended_at.desc()).limit(limit)))


def _subscriber(work: UnitOfWork, position: EventPosition) -> Subscriber:
    event = _event(work, position) if position.stopped else None
    return Subscriber(
        name=position.subscriber,
        module=position.module,
        place=position.place,
        attempts=position.attempts,
        stopped=position.stopped or "",
        event=event.kind if event else "",
        published_at=event.published_at if event else None,
    )


def _event(work: UnitOfWork, position: EventPosition) -> StoredEvent | None:
    """The one it stopped at; None where no enabled module brings the subscriber."""
    its = (one for one in work.enabled.subscriptions if one.name == position.subscriber)
    subscription = next(its, None)
    if subscription is None:
        return None
    return work.session.scalars(
        select(StoredEvent)
        .where(StoredEvent.kind == kind_of(subscription.event), StoredEvent.place > position.place)
        .order_by(StoredEvent.place)
        .limit(1)
    ).first()
