"""The pull as a job: one run at a time per connection, every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from structlog.contextvars import bound_contextvars

from core.errors import CrmError
from core.jobs.job import CatchUp, Job, JobContext
from core.jobs.queue import enqueue
from core.sync.gate import admitted
from core.sync.health import note_failure
from core.sync.models import Connection, ConnectionState
from core.sync.open_sessions import drop_session, kept_session
from core.sync.plans import is_held
from core.sync.plans.guard import guards
from core.sync.pull.run import Pull
from core.sync.pull.stream import Report
from core.sync.wake import SYNC
from core.work import UnitOfWork

PULL = "core.sync.pull"
#: What people see of the ERP is at most this much older than the ERP, plus the time of a run.
EVERY_S = 3.0


def pull(context: JobContext, args: Mapping[str, Any]) -> None:
    with bound_contextvars(connection_id=args["connection"], run_id=str(context.job_id)):
        pull_once(context, UUID(args["connection"]), paced=True)


def pull_once(
    context: JobContext,
    connection_id: UUID,
    report: Report = lambda _kind, _written: None,
    *,
    paced: bool = False,
) -> None:
    """Bring over all that changed in the ERP. What goes wrong is noted on the connection.

    Nothing while the plan of its first load is not approved, and nothing of a kind whose guard
    asked and was not answered. ``paced`` leaves out kinds whose own
    pace does not ask for it yet.
    """
    with context.read() as work:
        connection = admitted(work, connection_id)
        receives = work.enabled.inbound
        held, asked = is_held(work, connection_id), guards(work, connection_id)
    if connection is None or held:
        return
    try:
        session = kept_session(context.host, connection)
    except CrmError as error:  # the ERP is away, or refuses us, or the settings do not fit
        with context.write() as work:
            note_failure(work, connection_id, error)
        return
    endpoints = {endpoint.document: endpoint for endpoint in session.endpoints}
    run = Pull(context, connection, receives, endpoints, report, paced, asked)
    if not run.run():
        drop_session(context.host, connection_id)


def wake_pull(work: UnitOfWork, connection_id: UUID) -> None:
    """Have a run follow this transaction."""
    route = f"{PULL}:{connection_id}"
    enqueue(work, PULL, {"connection": str(connection_id)}, key=route, partition=route)


def tick(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        live = select(Connection.id).where(Connection.state == ConnectionState.LIVE)
        for connection_id in work.session.scalars(live.order_by(Connection.id)):
            wake_pull(work, connection_id)


#: For the host's manifest. A run that fails is not repeated: the next tick is near.
JOBS = (
    Job(name=PULL, run=pull, max_attempts=3, keep_done=False, queue=SYNC, lane="connection"),
    Job(
        name="core.sync.pull_tick",
        run=tick,
        every_s=EVERY_S,
        catch_up=CatchUp.SKIP,
        keep_done=False,
    ),
)
