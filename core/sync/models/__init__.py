"""Tables of the sync, by noun. Importing this package completes them."""

from __future__ import annotations

from core.sync.models.agreed import Agreed
from core.sync.models.attempt import Attempt, AttemptItem, AttemptOutcome
from core.sync.models.binding import Binding, DeliveryState
from core.sync.models.conflict import Cause, Conflict, ConflictState, Keep
from core.sync.models.connection import Connection, ConnectionState
from core.sync.models.cursor import Cursor, CursorMode, SweepStep
from core.sync.models.gate import Gate
from core.sync.models.inbox import InboxRow, InboxState
from core.sync.models.listed import Listed
from core.sync.models.outbox import OutboxRow, OutboxState, OutboxVerb
from core.sync.models.plan import Plan, PlanAction, PlanItem, PlanPurpose, PlanState
from core.sync.models.sighting import Sighting

__all__ = [
    "Agreed",
    "Attempt",
    "AttemptItem",
    "AttemptOutcome",
    "Binding",
    "Cause",
    "Conflict",
    "ConflictState",
    "Connection",
    "ConnectionState",
    "Cursor",
    "CursorMode",
    "DeliveryState",
    "Gate",
    "InboxRow",
    "InboxState",
    "Keep",
    "Listed",
    "OutboxRow",
    "OutboxState",
    "OutboxVerb",
    "Plan",
    "PlanAction",
    "PlanItem",
    "PlanPurpose",
    "PlanState",
    "Sighting",
    "SweepStep",
]
