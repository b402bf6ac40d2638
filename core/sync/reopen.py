"""Asking an ERP that did not answer whether it does again: one process at a time, as a job."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from core.db.moment import database_now
from core.errors import CrmError
from core.jobs.job import Job, JobContext
from core.sync.errors import AuthFailed, InDoubt, RateLimited, Unsent
from core.sync.gate import FIRST_PROBE_S, LONGEST_PROBE_S, REOPEN, ask_later
from core.sync.health import note_answer, note_failure
from core.sync.models import Connection, ConnectionState, Gate
from core.sync.open_sessions import drop_session, kept_session
from core.sync.outbox import wake_connection
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

#: Tries of one probe, and how soon one has to fail for another.
TRIES, _AT_ONCE_S = 3, 5.0


def reopen(context: JobContext, args: Mapping[str, Any]) -> None:
    """Ask who the ERP is; when it answers all that waits is sent and read again."""
    connection_id = UUID(args["connection"])
    with context.read() as work:
        connection = _silent(work, connection_id)
    if connection is None:
        return
    error = _asked(context, connection)
    with context.write() as work:
        if isinstance(error, Unsent | InDoubt):
            _ask_again(work, connection_id, error)
        elif isinstance(error, AuthFailed | RateLimited):
            note_failure(work, connection_id, error)
        else:  # whatever else it says, it answers
            note_answer(work, connection_id)
            wake_connection(work, connection_id)
            log.info("gate.closed", connection=connection.name)


def _silent(work: UnitOfWork, connection_id: UUID) -> Connection | None:
    return work.session.scalar(
        select(Connection)
        .join(Gate, Gate.connection_id == Connection.id)
        .where(
            Connection.id == connection_id,
            Connection.state == ConnectionState.LIVE,
            Gate.opened_at.is_not(None),
        )
    )


def _asked(context: JobContext, connection: Connection) -> CrmError | None:
    """What went wrong, or None.

    A login is several calls (Tryton's ten): of an ERP that loses one in ten it fails two times out
    of three, though it answers. One that fails at once is therefore worth another try.
    """
    error: CrmError | None = None
    for _ in range(TRIES):
        began = monotonic()
        error = _said(context, connection)
        if not isinstance(error, Unsent | InDoubt) or monotonic() - began > _AT_ONCE_S:
            break
    return error


def _said(context: JobContext, connection: Connection) -> CrmError | None:
    """Talks to the ERP, with a new session."""
    drop_session(context.host, connection.id)
    try:
        kept_session(context.host, connection).check()
    except CrmError as error:
        return error
    except Exception as error:  # a border: a stranger's code
        log.exception("connector.failed", verb="check", connection=connection.name)
        return Unsent(f"The connector failed: {type(error).__name__}: {error}")
    return None


def _ask_again(work: UnitOfWork, connection_id: UUID, error: CrmError) -> None:
    gate = work.session.get_one(Gate, connection_id, with_for_update=True)
    gate.probes, gate.reason = gate.probes + 1, str(error)
    work.session.flush()
    ask_later(work, connection_id, min(FIRST_PROBE_S * 2 ** min(gate.probes, 10), LONGEST_PROBE_S))


def look(context: JobContext, _args: Mapping[str, Any]) -> None:
    """No gate stays shut because its job was lost, or its connection was paused meanwhile."""
    with context.write() as work:
        late = (
            select(Gate.connection_id)
            .join(Connection, Connection.id == Gate.connection_id)
            .where(
                Gate.opened_at.is_not(None),
                Gate.probe_at < database_now(-LONGEST_PROBE_S),
                Connection.state == ConnectionState.LIVE,
            )
        )
        for connection_id in work.session.scalars(late.order_by(Gate.connection_id)):
            ask_later(work, connection_id, 0)


#: For the host's manifest. Asking is repeated for as long as it takes.
JOBS = (
    Job(
        name=REOPEN,
        run=reopen,
        max_attempts=1_000_000,
        longest_wait_s=LONGEST_PROBE_S,
        keep_done=False,
    ),
    Job(name="core.sync.reopen_late", run=look, every_s=LONGEST_PROBE_S, keep_done=False),
)
