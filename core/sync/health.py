"""What is known of a connection as a whole, from the answers and the silence of its ERP.

Written by statement and not through the record: a worker that notes a success must not make the
form stale that an admin has open.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.clock import utcnow
from core.errors import CrmError
from core.journal import note
from core.sync.errors import AuthFailed, InDoubt, RateLimited, Unsent
from core.sync.gate import count_answer, count_failure, hold_back
from core.sync.models import Connection, ConnectionState
from core.work import UnitOfWork


def note_answer(work: UnitOfWork, connection_id: UUID) -> None:
    """The ERP answers: what was wrong before is over."""
    _set(work, connection_id, Connection.last_error != "", last_error="", last_error_at=None)
    count_answer(work, connection_id)


def note_trouble(work: UnitOfWork, connection_id: UUID, message: str) -> None:
    _set(
        work,
        connection_id,
        Connection.last_error != message,
        last_error=message,
        last_error_at=utcnow(),
    )


def note_failure(
    work: UnitOfWork, connection_id: UUID, error: CrmError, *, answered: bool = False
) -> None:
    """What an error that ended a call to the ERP means for the connection.

    ``answered``: the ERP answered other calls just before, so that it is not away.
    """
    match error:
        case AuthFailed():
            note_auth_failed(work, connection_id, str(error))
        case RateLimited():
            count_answer(work, connection_id)
            hold_back(work, connection_id, error.until, str(error))
        case InDoubt() if answered:
            pass  # of this record; the next look over there tells what became of it
        case Unsent() | InDoubt():
            _note_silence(work, connection_id, error, answered=answered)
        case _:
            note_trouble(work, connection_id, str(error))


def _note_silence(
    work: UnitOfWork, connection_id: UUID, error: Unsent | InDoubt, *, answered: bool
) -> None:
    note_trouble(work, connection_id, str(error))
    if not answered:
        count_failure(work, connection_id, str(error))
    if isinstance(error, Unsent) and error.after_s:
        hold_back(work, connection_id, utcnow() + timedelta(seconds=error.after_s), str(error))


def note_auth_failed(work: UnitOfWork, connection_id: UUID, message: str) -> None:
    """No further call leaves until a person acts."""
    note_trouble(work, connection_id, message)
    before, after = ConnectionState.LIVE, ConnectionState.NEEDS_CREDENTIALS
    if _set(work, connection_id, Connection.state == before, state=after):
        note(work, "core_connection", connection_id, field="state", change=(before, after))


def _set(work: UnitOfWork, connection_id: UUID, only: Any, **values: Any) -> bool:
    found = work.session.execute(
        update(Connection)
        .where(Connection.id == connection_id, only)
        .values(**values)
        .returning(Connection.id)
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None
