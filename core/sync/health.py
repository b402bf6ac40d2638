"""What is known of a connection as a whole, from the answers and the silence of its ERP.

Written by statement and not through the record: a worker that notes a success must not make the
form stale that an admin has open.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.clock import utcnow
from core.errors import CrmError
from core.journal import note
from core.sync.errors import AuthFailed
from core.sync.models import Connection, ConnectionState
from core.work import UnitOfWork


def note_answer(work: UnitOfWork, connection_id: UUID) -> None:
    """The ERP answers: what was wrong before is over."""
    _set(work, connection_id, Connection.last_error != "", last_error="", last_error_at=None)


def note_trouble(work: UnitOfWork, connection_id: UUID, message: str) -> None:
    _set(
        work,
        connection_id,
        Connection.last_error != message,
        last_error=message,
        last_error_at=utcnow(),
    )


def note_failure(work: UnitOfWork, connection_id: UUID, error: CrmError) -> None:
    """What an error that ended a call to the ERP means for the connection."""
    if isinstance(error, AuthFailed):
        note_auth_failed(work, connection_id, str(error))
    else:
        note_trouble(work, connection_id, str(error))


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
