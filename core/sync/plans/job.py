"""Plans as jobs: computed, carried out and given up without anybody waiting for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.jobs.job import Job, JobContext
from core.sync.errors import SyncError
from core.sync.models import Connection, ConnectionState, Plan, PlanPurpose, PlanState
from core.sync.plans.compute import compute
from core.sync.plans.execute import execute
from core.sync.plans.service import PLAN, VALID, wake_plan
from core.sync.pull.asking import SWEEP, ask_all_sweeps, wake_unfinished_sweeps
from core.sync.pull.readers import open_readers
from core.sync.pull.sweep import sweep
from core.sync.values import Position
from core.sync.wake import SYNC
from core.web.i18n import gettext as _

#: What was left behind, or waited for the ERP, is taken up after at most this.
EVERY_S = 5.0
#: How often it is asked whether the ERP moved on since a plan was computed.
LOOK_EVERY_S = 60.0
_UNDER_WAY = (PlanState.COMPUTING, PlanState.RUNNING)


def run_plan(context: JobContext, args: Mapping[str, Any]) -> None:
    plan_id = UUID(args["plan"])
    compute(context, plan_id)
    if not execute(context, plan_id):
        with context.write() as work:
            wake_plan(work, work.session.get_one(Plan, plan_id))


def tick(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        wake_unfinished_sweeps(work)
        under_way = (
            select(Plan)
            .join(Connection, Connection.id == Plan.connection_id)
            .where(Connection.state == ConnectionState.LIVE, Plan.state.in_(_UNDER_WAY))
        )
        for plan in work.session.scalars(under_way.order_by(Plan.id)).all():
            wake_plan(work, plan)


def look_at_age(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Give up what nobody decided in time; say of the others whether the ERP moved on."""
    with context.write() as work:
        waiting = select(Plan).where(Plan.state == PlanState.READY).order_by(Plan.id)
        plans = work.session.scalars(waiting.with_for_update()).all()
        for plan in plans:
            if plan.ready_at is not None and utcnow() - plan.ready_at > VALID:
                plan.move(PlanState.EXPIRED)
                plan.ended_at = utcnow()
    for plan in plans:
        if plan.state is PlanState.READY and plan.moved_at is None and _has_moved(context, plan):
            with context.write() as work:
                work.session.get_one(Plan, plan.id, with_for_update=True).moved_at = utcnow()


def nightly(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        ask_all_sweeps(work, reason=_("Every night"))


def _has_moved(context: JobContext, plan: Plan) -> bool:
    """Whether a stream shows anything behind what the plan was computed from."""
    if plan.purpose is PlanPurpose.SWEEP or not plan.ends:
        return False
    readers = open_readers(context, plan.connection_id)
    try:
        return any(
            stream.changed(_behind(plan.ends[reader.kind]), 1).items
            for reader in readers or ()
            if reader.kind in plan.ends
            for stream in reader.endpoint.streams
        )
    except SyncError:
        return False  # the ERP is away: nothing is known


def _behind(stamp: str) -> Position:
    return Position(stamp=datetime.fromisoformat(stamp) + timedelta(microseconds=1))


#: For the host's manifest.
JOBS = (
    Job(name=PLAN, run=run_plan, max_attempts=3, keep_done=False, queue=SYNC, lane="connection"),
    Job(name=SWEEP, run=sweep, max_attempts=3, keep_done=False, queue=SYNC, lane="connection"),
    Job(name="core.sync.sweep_all", run=nightly, cron="11 1 * * *"),
    Job(name="core.sync.unfinished", run=tick, every_s=EVERY_S, keep_done=False),
    Job(
        name="core.sync.look_at_plans",
        run=look_at_age,
        every_s=LOOK_EVERY_S,
        keep_done=False,
        queue=SYNC,
    ),
)
