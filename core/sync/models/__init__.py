"""Tables of the sync, by noun. Importing this package completes them."""

from __future__ import annotations

from core.sync.models.attempt import Attempt, AttemptItem, AttemptOutcome
from core.sync.models.binding import Binding, DeliveryState
from core.sync.models.connection import Connection, ConnectionState
from core.sync.models.cursor import Cursor, CursorMode
from core.sync.models.echo import Echo
from core.sync.models.inbox import InboxRow, InboxState
from core.sync.models.outbox import OutboxRow, OutboxState, OutboxVerb

__all__ = [
    "Attempt",
    "AttemptItem",
    "AttemptOutcome",
    "Binding",
    "Connection",
    "ConnectionState",
    "Cursor",
    "CursorMode",
    "DeliveryState",
    "Echo",
    "InboxRow",
    "InboxState",
    "OutboxRow",
    "OutboxState",
    "OutboxVerb",
]
