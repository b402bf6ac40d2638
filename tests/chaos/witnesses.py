"""What Tandem and the ERP say of an order that went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from core.host import Host
from core.sync.models import Attempt, AttemptItem, Binding, Conflict, OutboxRow
from core.sync.models.conflict import ConflictState
from core.work import UnitOfWork
from tests.chaos.ground import ACTOR
from tests.chaos.verdict import Count

_MOST = 20


def testimony(host: Host, count: Count, references: Sequence[str]) -> list[str]:
    """Line by line: the binding, its rows, its attempts, and every deed over there."""
    lines: list[str] = []
    if references:
        host.database.engine.dispose()  # the server may have been restarted since
        with host.read(ACTOR) as work:
            for reference in references[:_MOST]:
                lines += [f"{reference}:", *_ours(work, reference), *_theirs(count, reference)]
    return lines


def asked(host: Host) -> set[str]:
    """Records of which a person is asked what stands: they wait visibly, with both values."""
    host.database.engine.dispose()
    found = (
        select(Binding.local_id)
        .join(Conflict, Conflict.binding_id == Binding.id)
        .where(Conflict.state == ConflictState.OPEN)
    )
    with host.read(ACTOR) as work:
        return {str(local_id) for local_id in work.session.scalars(found)}


def _ours(work: UnitOfWork, reference: str) -> Iterator[str]:
    binding = work.session.scalar(select(Binding).where(Binding.reference == reference))
    if binding is None:
        yield "  Tandem has no binding with this reference"
        return
    yield f"  Tandem: {binding.delivery}, bound to {binding.external_id}. {binding.message}"
    rows = select(OutboxRow).where(OutboxRow.binding_id == binding.id).order_by(OutboxRow.seq)
    for row in work.session.scalars(rows):
        yield f"  outbox {row.seq}: {row.state}, fence {row.fence}, {row.error or 'no trouble'}"
    items = (
        select(Attempt, AttemptItem)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(AttemptItem.binding_id == binding.id)
        .order_by(Attempt.started_at)
    )
    for attempt, item in work.session.execute(items):
        times = f"{attempt.started_at:%H:%M:%S.%f} to {attempt.ended_at or 'nobody saw'}"
        yield f"  {times}: {attempt.verb}, {item.outcome}. {item.message}"


def _theirs(count: Count, reference: str) -> Iterator[str]:
    deeds = count.by_reference.get(reference, ())
    if not deeds:
        yield "  The ERP has never heard of it"
    for deed in deeds:
        yield f"  ERP: {deed.at:.3f} {deed.verb} {deed.record} {deed.note}"
