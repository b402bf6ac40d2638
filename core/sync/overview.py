"""The state of the sync in words: per connection what is on its way, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.api.listing import Listing
from core.companies import visible
from core.sync.connections import connections
from core.sync.models import (
    Binding,
    Connection,
    ConnectionState,
    DeliveryState,
    OutboxRow,
    OutboxState,
)
from core.web.i18n import gettext as _
from core.work import UnitOfWork

_ON_THE_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.ACKNOWLEDGED)
_PROBLEMS = (DeliveryState.REJECTED, DeliveryState.STOPPED)
_OPEN = (OutboxState.WAITING, OutboxState.QUEUED, OutboxState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One connection as the sync page shows it. ``connection`` None: what waits for one."""

    connection: Connection | None
    on_the_way: int
    waiting: int
    in_doubt: int
    stopped: int
    oldest_at: datetime | None

    @property
    def good(self) -> bool:
        return (
            self.connection is not None
            and self.connection.state is ConnectionState.LIVE
            and not self.connection.last_error
            and not self.stopped
        )

    @property
    def words(self) -> str:
        """What is the matter, in one sentence."""
        found = self.connection
        if found is None:
            return _("Waiting for a connection to an ERP.")
        if found.state is not ConnectionState.LIVE:
            return _state_words(found.state)
        if found.last_error:
            return _("In trouble: %(error)s", error=found.last_error)
        if self.stopped:
            return _("Working; some records need a person.")
        return _("Working.")

    @property
    def advice(self) -> str:
        """What a person should do about it; '' for nothing."""
        found = self.connection
        if found is None:
            return _("Set up a connection for this company.")
        if found.state is not ConnectionState.LIVE:
            return _state_advice(found.state)
        if found.last_error:
            return _("Nothing, if the ERP will be back: it is tried again and nothing is lost.")
        if self.stopped:
            return _("Look at the stopped records, mend them and press retry.")
        return ""


def overview(work: UnitOfWork) -> list[Health]:
    """Every connection the actor may see, and what waits for one if anything does."""
    found = connections(work)
    states = _counts(work)
    oldest = _oldest(work)
    healths = [_health(one, states, oldest) for one in found]
    without = _health(None, states, oldest)
    return [*healths, without] if without.waiting else healths


def outbox_listing(*, stopped: bool = False) -> Listing:
    """What is and was to be sent, with the words of its delivery; or only what needs a person."""
    name = select(Connection.name).where(Connection.id == Binding.connection_id)
    statement = (
        select(
            OutboxRow.id,
            Binding.kind,
            Binding.local_id,
            Binding.reference,
            Binding.external_id,
            name.scalar_subquery().label("connection"),
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
    if stopped:
        statement = statement.where(OutboxRow.state == OutboxState.STOPPED)
    return Listing(
        name="stopped" if stopped else "outbox",
        statement=statement,
        sorts={"created_at": OutboxRow.created_at, "due_at": OutboxRow.due_at},
        default="-created_at",
        filters={
            "state": _state,
            "kind": Binding.kind,
            "connection_id": Binding.connection_id,
            "record_id": Binding.local_id,
        },
    )


def _state(text: str) -> Any:
    if text not in set(OutboxState):
        raise ValueError(f"Choose one of {', '.join(OutboxState)}.")
    return OutboxRow.state == OutboxState(text)


OUTBOX, STOPPED = outbox_listing(), outbox_listing(stopped=True)

_Counts = dict[tuple[UUID | None, DeliveryState], int]


def _counts(work: UnitOfWork) -> _Counts:
    """Records on their way, by connection and state; what has arrived is not counted."""
    pending = (*_ON_THE_WAY, *_PROBLEMS, DeliveryState.WAITING, DeliveryState.IN_DOUBT)
    statement = (
        select(Binding.connection_id, Binding.delivery, func.count())
        .where(Binding.delivery.in_(pending))
        .group_by(Binding.connection_id, Binding.delivery)
    )
    rows = work.session.execute(visible(work, statement))
    return {(connection_id, state): count for connection_id, state, count in rows}


def _oldest(work: UnitOfWork) -> dict[UUID | None, datetime]:
    statement = (
        select(Binding.connection_id, func.min(OutboxRow.created_at))
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .where(OutboxRow.state.in_(_OPEN))
        .group_by(Binding.connection_id)
    )
    return {row[0]: row[1] for row in work.session.execute(visible(work, statement))}


def _health(
    connection: Connection | None, states: _Counts, oldest: dict[UUID | None, datetime]
) -> Health:
    key = connection.id if connection else None

    def count(*wanted: DeliveryState) -> int:
        return sum(states.get((key, state), 0) for state in wanted)

    return Health(
        connection=connection,
        on_the_way=count(*_ON_THE_WAY),
        waiting=count(DeliveryState.WAITING),
        in_doubt=count(DeliveryState.IN_DOUBT),
        stopped=count(*_PROBLEMS),
        oldest_at=oldest.get(key),
    )


def _state_words(state: ConnectionState) -> str:
    return {
        ConnectionState.DRAFT: _("Not tested yet: nothing is sent or read."),
        ConnectionState.PAUSED: _("Paused: nothing is sent or read, and nothing is lost."),
        ConnectionState.NEEDS_CREDENTIALS: _(
            "The ERP refuses our credentials. Nothing is sent or read until they are mended."
        ),
    }[state]


def _state_advice(state: ConnectionState) -> str:
    return {
        ConnectionState.DRAFT: _("Test the connection."),
        ConnectionState.PAUSED: _("Resume it when the ERP may be used again."),
        ConnectionState.NEEDS_CREDENTIALS: _(
            "Enter credentials the ERP accepts and test the connection."
        ),
    }[state]
