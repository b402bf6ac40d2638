"""What is and was to be sent, and what is stopped both ways, as lists for programs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.api.listing import Listing
from core.sync.attention import STOPPED
from core.sync.deliveries import reason
from core.sync.models import Binding, Connection, OutboxRow

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
        reason().label("message"),
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


def _stopped() -> Listing:
    """The list people see, under the names programs know."""
    rows = STOPPED.statement.subquery("stopped").c
    return Listing(
        name="stopped",
        statement=select(
            rows.id,
            rows.way,
            rows.kind,
            rows.local_id,
            rows.reference,
            rows.external_id,
            rows.connection_id,
            rows.connection,
            rows.company_id,
            rows.state,
            rows.delivery,
            rows.reason.label("message"),
            rows.field,
            rows.error,
            rows.attempts,
            rows.due_at,
            rows.since.label("created_at"),
        ),
        sorts={"created_at": rows.since, "due_at": rows.due_at},
        default="-created_at",
        filters={
            "way": rows.way,
            "kind": rows.kind,
            "connection_id": rows.connection_id,
            "record_id": rows.local_id,
            "error": rows.error,
        },
    )


STOPPED_ROWS = _stopped()
