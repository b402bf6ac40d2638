"""Claiming: which records a run takes, so that no other works on them meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from core.clock import utcnow
from core.sync.models import (
    Attempt,
    AttemptItem,
    Binding,
    DeliveryState,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.sync.models.attempt import UNSURE
from core.sync.models.outbox import OPEN
from core.sync.push.parcel import Parcel
from core.work import UnitOfWork

#: Longer than one request may take; renewed with every attempt. It saves work, nothing more: two
#: runs on one record are harmless, see ``drafts.py``.
LEASE = timedelta(minutes=3)
#: Records per round: real ERPs are quickest in lists of about this length.
BATCH = 100


_AFRESH = frozenset({DeliveryState.REJECTED, DeliveryState.STOPPED, DeliveryState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Route:
    """What one push run serves."""

    connection_id: UUID
    kind: str


def claim(work: UnitOfWork, route: Route, claimant: UUID, *, limit: int = BATCH) -> list[Parcel]:
    """Take due rows of the route, oldest first and one per record; also what a dead run held."""
    due = _due(work, route, claimant, limit)
    unsure = _unsure(work, [binding.id for _, binding in due])
    for row, binding in due:
        row.state, row.claimed_by, row.fence = OutboxState.CLAIMED, claimant, row.fence + 1
        row.claimed_until = utcnow() + LEASE
        if row.verb is OutboxVerb.SEND:
            _show_sending(binding)
    return [_parcel(row, binding, unsure) for row, binding in due]


def renew(work: UnitOfWork, parcels: Sequence[Parcel]) -> None:
    ids = [parcel.outbox_id for parcel in parcels]
    claimed = OutboxRow.state == OutboxState.CLAIMED
    work.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), claimed)
        .values(claimed_until=utcnow() + LEASE)
    )


def _due(
    work: UnitOfWork, route: Route, claimant: UUID, limit: int
) -> list[tuple[OutboxRow, Binding]]:
    other = aliased(OutboxRow)
    # What is earlier of the same record goes first, even where it waits for its next try.
    earlier = and_(other.seq < OutboxRow.seq, other.state.in_(OPEN))
    held = (
        select(other.id)
        .where(
            other.binding_id == OutboxRow.binding_id,
            or_(other.state == OutboxState.CLAIMED, earlier),
        )
        .exists()
    )
    ready = and_(OutboxRow.state == OutboxState.QUEUED, OutboxRow.due_at <= utcnow(), ~held)
    statement = (
        select(OutboxRow, Binding)
        .join(Binding, Binding.id == OutboxRow.binding_id)
        .where(
            Binding.connection_id == route.connection_id,
            Binding.kind == route.kind,
            or_(ready, abandoned(claimant)),
        )
        .order_by(OutboxRow.id)
        .limit(limit)
    )
    # Both, and without waiting: whoever changes a record locks its binding first.
    locked = statement.with_for_update(of=[OutboxRow, Binding], skip_locked=True)
    return [(row, binding) for row, binding in work.session.execute(locked)]


def abandoned(claimant: UUID | None = None) -> ColumnElement[bool]:
    """Claimed by a run that is over: its time is up, or it was an earlier run of the claimant."""
    over: ColumnElement[bool] = OutboxRow.claimed_until < utcnow()
    if claimant is not None:
        over = or_(over, OutboxRow.claimed_by == claimant)
    return and_(OutboxRow.state == OutboxState.CLAIMED, over)


def _unsure(work: UnitOfWork, binding_ids: list[UUID]) -> Mapping[UUID, datetime]:
    """When the last write left whose end nobody saw, by binding."""
    rows = work.session.execute(
        select(AttemptItem.binding_id, func.max(Attempt.started_at))
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(AttemptItem.binding_id.in_(binding_ids), AttemptItem.outcome.in_(UNSURE))
        .group_by(AttemptItem.binding_id)
    )
    return {row[0]: row[1] for row in rows}


def _show_sending(binding: Binding) -> None:
    """What the ERP has of it stays visible."""
    if binding.delivery in _AFRESH:
        binding.move(DeliveryState.QUEUED)
    if binding.delivery is DeliveryState.QUEUED:
        binding.move(DeliveryState.SENDING)


def _parcel(row: OutboxRow, binding: Binding, unsure: Mapping[UUID, datetime]) -> Parcel:
    return Parcel(
        outbox_id=row.id,
        verb=row.verb,
        subject=row.subject,
        binding_id=binding.id,
        local_id=binding.local_id,
        reference=binding.reference or "",
        fence=row.fence,
        attempts=row.attempts,
        error=row.error,
        external_id=binding.external_id,
        version=binding.version,
        unsure_since=unsure.get(binding.id),
        acknowledged=binding.delivery is DeliveryState.ACKNOWLEDGED,
    )
