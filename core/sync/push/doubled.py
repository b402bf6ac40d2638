"""The ERP has one of our records twice, both firm: it is stopped, and people see both ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from core.clock import utcnow
from core.sync.deliveries import delivery_of
from core.sync.exchange import Outbound
from core.sync.models import Binding, DeliveryState, OutboxRow, OutboxState, OutboxVerb
from core.sync.push.settle import show
from core.work import UnitOfWork

log = structlog.get_logger()

#: Why a record is stopped that the ERP has more than once.
DOUBLED = "sync.doubled"
_AT_REST = frozenset({OutboxState.DONE, OutboxState.WITHDRAWN})


def stop_doubled(
    work: UnitOfWork, outbound: Outbound[Any], doubles: Mapping[UUID, Sequence[str]]
) -> None:
    """``doubles`` are the ERP's ids by binding. Told once: what is stopped stays as it is."""
    statement = select(Binding).where(Binding.id.in_(doubles)).order_by(Binding.id)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    for binding in work.session.scalars(locked):
        row = _last_send(work, binding.id)
        if row is None or row.state not in _AT_REST:
            continue  # it is on its way again, and that run looks for itself
        row.state, row.error, row.ended_at = OutboxState.STOPPED, DOUBLED, None
        row.due_at = utcnow()
        binding.message = _words(binding, doubles[binding.id])
        show(work, binding, DeliveryState.STOPPED)
        log.error("order.doubled", reference=binding.reference, ids=doubles[binding.id])
        if outbound.settled is not None:
            outbound.settled(work, binding.local_id, delivery_of(binding))


def _words(binding: Binding, ids: Sequence[str]) -> str:
    listed = ", ".join(ids)
    if binding.external_id is None:
        return f"The ERP carried it out after it was taken back, as {listed}. Cancel it there."
    return (
        f"The ERP has it {len(ids)} times: {listed}. It carried one out after we had looked."
        " Cancel all but one there, then have it tried again."
    )


def _last_send(work: UnitOfWork, binding_id: UUID) -> OutboxRow | None:
    return work.session.scalars(
        select(OutboxRow)
        .where(OutboxRow.binding_id == binding_id, OutboxRow.verb == OutboxVerb.SEND)
        .order_by(OutboxRow.seq.desc())
        .limit(1)
    ).first()
