"""Reconciliation as jobs: runs that people or the clock asked for, and records read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from core.alerts import Cause, clear_alert, raise_alert
from core.clock import utcnow
from core.errors import CrmError
from core.jobs.job import CatchUp, Job, JobContext
from core.sync.gate import admitted
from core.sync.health import note_failure
from core.sync.models import Connection, InboxRow
from core.sync.open_sessions import drop_session, kept_session
from core.sync.pull.run import Pull
from core.sync.reconcile.asking import PULL_AGAIN, RECONCILE, ask_for_last_day
from core.sync.reconcile.making import Interrupted, Wish, make_statement
from core.sync.reconcile.models import Reconciliation, RunState, Statement
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Between two notes of how far a run has come.
_PACE = timedelta(seconds=1)
_TRIES = 4


def reconcile(context: JobContext, args: Mapping[str, Any]) -> None:
    """Raises what the ERP raised, so that the queue tries again later."""
    run_id = UUID(args["run"])
    with context.write() as work:
        run = work.session.get(Reconciliation, run_id, with_for_update=True)
        if run is None or run.state is RunState.DONE:
            return
        run.state, run.message, run.ended_at = RunState.RUNNING, "", None
        wish = Wish(
            connection_id=run.connection_id,
            kinds=run.kinds,
            first=run.first,
            last=run.last,
            by=run.asked_by,
        )
    try:
        statement_id = make_statement(context, wish, _Progress(context, run_id))
    except CrmError as error:
        _failed(context, run_id, wish, error)
        raise
    with context.write() as work:
        _set(work, run_id, state=RunState.DONE, statement_id=statement_id, ended_at=utcnow())
        _alert(work, work.session.get_one(Statement, statement_id))


def _failed(context: JobContext, run_id: UUID, wish: Wish, error: CrmError) -> None:
    if isinstance(error, Interrupted):
        return
    drop_session(context.host, wish.connection_id)
    with context.write() as work:
        _set(work, run_id, state=RunState.FAILED, message=str(error), ended_at=utcnow())


def _set(work: UnitOfWork, run_id: UUID, **values: Any) -> None:
    work.session.execute(update(Reconciliation).where(Reconciliation.id == run_id).values(**values))


def _alert(work: UnitOfWork, statement: Statement) -> None:
    """Drift is told per period, and ends with a statement that agrees and covers that period."""
    connection = work.session.get_one(Connection, statement.connection_id)
    if statement.agrees:
        for about in sorted(_covered(work, statement)):
            clear_alert(work, Cause.DRIFT, connection, about=about)
        return
    words = _(
        "Tandem and %(name)s differ for %(first)s to %(last)s: differences: %(n)s.",
        name=connection.name,
        first=statement.first,
        last=statement.last,
        n=statement.differences,
    )
    path = f"/sync/statements/{statement.id}"
    raise_alert(work, Cause.DRIFT, connection, words=words, path=path, about=_period(statement))


def _covered(work: UnitOfWork, statement: Statement) -> set[str]:
    """Periods that once differed, all of whose kinds and days this statement has, too."""
    differed = select(Statement).where(
        Statement.connection_id == statement.connection_id,
        Statement.agrees.is_(False),
        Statement.first >= statement.first,
        Statement.last <= statement.last,
    )
    found = work.session.scalars(differed).all()
    return {_period(one) for one in found if _kinds(one) <= _kinds(statement)}


def _kinds(statement: Statement) -> set[str]:
    return {one["kind"] for one in statement.kinds}


def _period(statement: Statement) -> str:
    return f"{statement.first}/{statement.last}"


@dataclass(slots=True)
class _Progress:
    """Notes how far a run has come, at most once a second."""

    context: JobContext
    run_id: UUID
    noted_at: datetime = field(default_factory=lambda: utcnow() - _PACE)

    def __call__(self, kind: str, read: int) -> None:
        if read and utcnow() - self.noted_at < _PACE:
            return
        self.noted_at = utcnow()
        with self.context.write() as work:
            _set(work, self.run_id, kind=kind, read=read)


def again(context: JobContext, args: Mapping[str, Any]) -> None:
    """Take over records as the ERP has them now, though they were applied so before."""
    connection_id = UUID(args["connection"])
    named = {(kind, external_id) for kind, external_id in args["records"]}
    with context.read() as work:
        connection = admitted(work, connection_id)
        receives = work.enabled.inbound
    if connection is None:
        return
    with context.write() as work:
        for kind in sorted({kind for kind, _external_id in named}):
            _forget(work, connection_id, kind, [key for its, key in named if its == kind])
    try:
        session = kept_session(context.host, connection)
        endpoints = {endpoint.document: endpoint for endpoint in session.endpoints}
        Pull(context, connection, receives, endpoints, lambda _kind, _written: None).fetch(named)
    except CrmError as error:
        drop_session(context.host, connection_id)
        with context.write() as work:
            note_failure(work, connection_id, error)
        raise


def _forget(work: UnitOfWork, connection_id: UUID, kind: str, external_ids: list[str]) -> None:
    """That these versions were applied: they are again, whatever became of ours since."""
    work.session.execute(
        update(InboxRow)
        .where(
            InboxRow.connection_id == connection_id,
            InboxRow.kind == kind,
            InboxRow.external_id.in_(external_ids),
        )
        .values(applied_hash=None, applied_stamp=None)
    )


def nightly(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        ask_for_last_day(work)


#: For the host's manifest.
JOBS = (
    Job(name=RECONCILE, run=reconcile, max_attempts=_TRIES),
    Job(name=PULL_AGAIN, run=again, max_attempts=_TRIES),
    Job(
        name="core.sync.reconcile_nightly",
        run=nightly,
        cron="30 3 * * *",
        catch_up=CatchUp.LAST,
        max_attempts=_TRIES,
    ),
)
