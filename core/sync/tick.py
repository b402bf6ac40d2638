"""The sync's heartbeat: wakes what is due again and whom a dead run left behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, exists, or_, select

from core.clock import utcnow
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.sync.models import (
    Binding,
    Connection,
    ConnectionState,
    OutboxRow,
    OutboxState,
)
from core.sync.push.claim import abandoned
from core.sync.push.run import push
from core.sync.push.settle import wake_waiting
from core.sync.push.strays import late_routes, sweep_strays
from core.sync.wake import PUSH, SYNC, wake_push
from core.work import UnitOfWork

STRAYS = "core.sync.strays"
#: A record that is due again waits at most this much longer.
EVERY_S = 5.0
STRAYS_EVERY_S = 30.0
_MOST = 200


def tick(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        for binding_id in _arrived(work):
            wake_waiting(work, binding_id)
        for connection_id, kind in sorted(_due_routes(work), key=str):
            wake_push(work, connection_id, kind)


def look_for_strays(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        for connection_id, kind in late_routes(work):
            args = {"connection": str(connection_id), "kind": kind}
            enqueue(work, STRAYS, args, key=f"{STRAYS}:{connection_id}:{kind}")


def _due_routes(work: UnitOfWork) -> set[tuple[Any, str]]:
    queued = and_(OutboxRow.state == OutboxState.QUEUED, OutboxRow.due_at <= utcnow())
    rows = work.session.execute(
        select(Binding.connection_id, Binding.kind)
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .join(Connection, Connection.id == Binding.connection_id)
        .where(Connection.state == ConnectionState.LIVE, or_(queued, abandoned()))
        .distinct()
    )
    return {(connection_id, kind) for connection_id, kind in rows}


def _arrived(work: UnitOfWork) -> list[Any]:
    """Bindings others wait for, that an inbound document bound meanwhile."""
    waits = exists().where(
        OutboxRow.waits_for == Binding.id, OutboxRow.state == OutboxState.WAITING
    )
    arrived = select(Binding.id).where(waits, Binding.external_id.is_not(None))
    return list(work.session.scalars(arrived.order_by(Binding.id).limit(_MOST)))


#: For the host's manifest. A push run that fails itself is retried for as long as it takes: its
#: records keep their own count of tries, and do not wait for minutes since the database was away.
JOBS = (
    Job(
        name=PUSH,
        run=push,
        max_attempts=1_000_000,
        longest_wait_s=EVERY_S,
        keep_done=False,
        queue=SYNC,
        lane="connection",
    ),
    Job(name=STRAYS, run=sweep_strays, keep_done=False, queue=SYNC, lane="connection"),
    Job(name="core.sync.tick", run=tick, every_s=EVERY_S, keep_done=False),
    Job(
        name="core.sync.look_for_strays",
        run=look_for_strays,
        every_s=STRAYS_EVERY_S,
        keep_done=False,
    ),
)
