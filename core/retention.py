"""What is history by now is forgotten: jobs that ended well, events everybody had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from core.clock import utcnow
from core.db.base import Record
from core.dispatch import newest_place, waits_behind
from core.events import EventPosition, StoredEvent
from core.jobs.job import Job, JobContext
from core.jobs.models import JobState, StoredJob
from core.work import UnitOfWork

#: Rows deleted in one transaction.
_BATCH = 1000


def forget(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete in short transactions. Jobs that stopped stay: a person has not looked yet."""
    settings = context.host.settings
    ended = utcnow() - timedelta(days=settings.keep_jobs_days)
    delete_rows(context, StoredJob, (StoredJob.state == JobState.DONE, StoredJob.ended_at < ended))
    with context.write() as work:
        had_by_all = _move_up(work)
    published = utcnow() - timedelta(days=settings.keep_events_days)
    old = StoredEvent.published_at < published
    delete_rows(context, StoredEvent, (StoredEvent.place < had_by_all, old))


def delete_rows(
    context: JobContext, table: type[Record], conditions: tuple[ColumnElement[bool], ...]
) -> None:
    """In short transactions, until none is left or the worker is to stop."""
    old = select(table.id).where(*conditions).limit(_BATCH)
    deleted = _BATCH
    while deleted == _BATCH and not context.stopping:
        with context.write() as work:
            gone = delete(table).where(table.id.in_(old)).returning(table.id)
            deleted = len(work.session.scalars(gone).all())


def _move_up(work: UnitOfWork) -> int:
    """Bring subscribers that wait for nothing to the end; answers the place all have reached.

    A subscriber that is stopped, or whose module is disabled or gone, keeps what it has not had.
    The newest event always stays: the next place is counted from it.
    """
    newest = newest_place(work.session)
    for subscription in (item for item in work.enabled.subscriptions if item.durable):
        position = work.session.get(EventPosition, subscription.name, with_for_update=True)
        if position and not waits_behind(work.session, subscription, position.place):
            position.place = max(position.place, newest)
    work.session.flush()
    lowest = work.session.scalar(select(func.min(EventPosition.place)))
    return newest if lowest is None else min(newest, lowest + 1)


job = Job(name="core.forget", run=forget, cron="23 3 * * *")
