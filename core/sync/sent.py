"""What is and was to be sent, as a list for programs: the newest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.api.listing import Listing
from core.sync.models import Binding, Connection, OutboxRow, OutboxState

_NAME = select(Connection.name).where(Connection.id == Binding.connection_id)
_ROWS = (
    select(
        OutboxRow.id,
        Binding.kind,
        Binding.local_id,
        Binding.reference,
        Binding.external_id,
        _NAME.scalar_subquery().label("connection"),
        OutboxRow.state,
        Binding.delivery,
        Binding.message,
        Binding.field,
        OutboxRow.error,
        OutboxRow.attempts,
        OutboxRow.due_at,
        OutboxRow.created_at,
    )
    .select_from(OutboxRow)
    .join(Binding, Binding.id == OutboxRow.binding_id)
)


def _listing(name: str, statement: Any) -> Listing:
    return Listing(
        name=name,
        statement=statement,
        sorts={"created_at": OutboxRow.created_at, "due_at": OutboxRow.due_at},
        default="-created_at",
        filters={
            "state": OutboxRow.state,
            "kind": Binding.kind,
            "connection_id": Binding.connection_id,
            "record_id": Binding.local_id,
        },
    )


OUTBOX = _listing("outbox", _ROWS)
STOPPED = _listing("stopped", _ROWS.where(OutboxRow.state == OutboxState.STOPPED))
