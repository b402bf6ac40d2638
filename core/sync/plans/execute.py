"""Doing what was approved, in slices that survive a crash."""

from __future__ import annotations

import time
from uuid import UUID

from sqlalchemy import and_, literal, or_, select

from core.clock import utcnow
from core.jobs.job import JobContext
from core.sync.errors import SyncError
from core.sync.exchange import Missing
from core.sync.health import note_answer
from core.sync.models import Cursor, CursorMode, Plan, PlanPurpose, PlanState
from core.sync.pull.backfill import Backfill
from core.sync.pull.listing import Listing
from core.sync.pull.parting import Parting
from core.sync.pull.readers import Readers, note_trouble_of, open_readers
from core.work import UnitOfWork

#: Seconds of one job: others of the connection come in between.
SLICE_S = 10.0


def execute(context: JobContext, plan_id: UUID) -> bool:
    """A slice of an approved plan; True when nothing of it is left to do now."""
    with context.read() as work:
        plan = work.session.get(Plan, plan_id)
    readers = open_readers(context, plan.connection_id) if plan else None
    if plan is None or plan.state is not PlanState.RUNNING or readers is None:
        return True
    try:
        ended = _step(context, readers, plan)
    except (SyncError, Missing) as error:
        _note(context, plan_id, error)
        if isinstance(error, SyncError):
            note_trouble_of(context, plan.connection_id, error)
        return True  # taken up again with the next tick
    with context.write() as work:
        note_answer(work, plan.connection_id)
        if ended:
            _end(work, plan_id)
    return ended


def _step(context: JobContext, readers: Readers, plan: Plan) -> bool:
    match plan.purpose:
        case PlanPurpose.BACKFILL | PlanPurpose.MAPPING:
            backfill = Backfill(readers, str(plan.id))
            backfill.begin(plan.kinds)
            return backfill.run(time.monotonic() + SLICE_S)
        case PlanPurpose.SWEEP:
            return all(_delete(readers, plan, kind) for kind in plan.kinds)
        case PlanPurpose.FIRST_LOAD | PlanPurpose.MANUAL | PlanPurpose.GUARD:
            return _was_pulled(context, readers, plan)


def _delete(readers: Readers, plan: Plan, kind: str) -> bool:
    """What was missing when the plan was made, and still is."""
    reader = readers.by_kind.get(kind)
    if reader is None:
        return True
    listing = Listing(reader.connection, reader.receives, plan.ends[kind])
    parting, last = Parting(readers, reader, listing), ""
    while not reader.context.stopping:
        found = parting.page(last)
        if found is None:
            return True
        last = found
    return False


def _was_pulled(context: JobContext, readers: Readers, plan: Plan) -> bool:
    """The polls do it: each stream was read to its end since, or said why it could not be.

    What a guard held is let through until its end is reached: else it would be asked again.
    """
    since = plan.decided_at or plan.created_at
    failed = and_(Cursor.error_at >= since, literal(plan.purpose is not PlanPurpose.GUARD))
    with context.read() as work:
        rows = work.session.execute(
            select(Cursor.kind, Cursor.stream).where(
                Cursor.connection_id == plan.connection_id,
                Cursor.mode == CursorMode.INCREMENTAL,
                or_(Cursor.polled_at >= since, failed),
            )
        )
        pulled = {(kind, stream) for kind, stream in rows}
    return all(
        (reader.kind, stream.name) in pulled
        for reader in readers
        for stream in reader.endpoint.streams
        if not plan.kinds or reader.kind in plan.kinds
    )


def _end(work: UnitOfWork, plan_id: UUID) -> None:
    plan = work.session.get_one(Plan, plan_id, with_for_update=True)
    if plan.state is PlanState.RUNNING:
        plan.move(PlanState.DONE)
        plan.error, plan.ended_at = "", utcnow()


def _note(context: JobContext, plan_id: UUID, error: Exception) -> None:
    with context.write() as work:
        work.session.get_one(Plan, plan_id, with_for_update=True).error = str(error)
