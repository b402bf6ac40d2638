"""What the sync did long ago is forgotten: requests and comparisons that ended, and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from core.clock import utcnow
from core.jobs.job import Job, JobContext
from core.retention import delete_rows
from core.sync.models import (
    Attempt,
    AttemptItem,
    OutboxRow,
    OutboxState,
    Plan,
    PlanItem,
    PlanPurpose,
)
from core.sync.models.attempt import UNSURE
from core.sync.reconcile.models import Reconciliation

_OVER = (OutboxState.DONE, OutboxState.REFUSED, OutboxState.WITHDRAWN)


def forget(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Bindings and statements stay for ever, and so does every request whose end nobody knows."""
    long_ago = utcnow() - timedelta(days=context.host.settings.keep_sync_days)
    old = select(Attempt.id).where(Attempt.ended_at < long_ago)
    known = AttemptItem.outcome.not_in(UNSURE)
    delete_rows(context, AttemptItem, (AttemptItem.attempt_id.in_(old), known))
    used = exists().where(AttemptItem.attempt_id == Attempt.id)
    delete_rows(context, Attempt, (Attempt.ended_at < long_ago, ~used))
    tried = exists().where(AttemptItem.outbox_id == OutboxRow.id)
    over = OutboxRow.state.in_(_OVER)
    delete_rows(context, OutboxRow, (over, OutboxRow.ended_at < long_ago, ~tried))
    delete_rows(context, Reconciliation, (Reconciliation.ended_at < long_ago,))
    _forget_plans(context, long_ago)


def _forget_plans(context: JobContext, long_ago: datetime) -> None:
    """But those of a first load: they tell whether the connection may be read."""
    over = (Plan.ended_at < long_ago, Plan.purpose != PlanPurpose.FIRST_LOAD)
    ended = select(Plan.id).where(Plan.ended_at < long_ago)
    delete_rows(context, PlanItem, (PlanItem.plan_id.in_(ended),))
    named = exists().where(PlanItem.plan_id == Plan.id)
    delete_rows(context, Plan, (*over, ~named))


job = Job(name="core.sync.forget", run=forget, cron="41 3 * * *")
