"""Writing down what became of records, in one transaction for all that knows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import and_, select, update

from core.clock import utcnow
from core.journal import note
from core.sync.deliveries import delivery_of
from core.sync.errors import InDoubt
from core.sync.exchange import Outbound
from core.sync.merge.written import note_outcomes
from core.sync.models import (
    Binding,
    DeliveryState,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.sync.models.outbox import OPEN
from core.sync.push.attempts import doubt
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.said import settle_request
from core.sync.push.verdicts import verdict as verdict_on
from core.sync.wake import wake_push
from core.work import UnitOfWork

log = structlog.get_logger()

_OVER = frozenset({OutboxState.DONE, OutboxState.REFUSED, OutboxState.WITHDRAWN})
#: What people need not find in the history: it says no more than that the machine works.
_PASSING = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})
#: Of these the ERP has something: "queued again" would hide it.
_THERE = frozenset({DeliveryState.ACKNOWLEDGED, DeliveryState.IN_DOUBT, DeliveryState.CONFIRMED})


def settle(work: UnitOfWork, outbound: Outbound[Any] | None, verdicts: Verdicts) -> None:
    """Apply the verdicts on the rows this run still holds; another run decides on the others."""
    parcels = [parcel for parcel, _ in verdicts]
    bindings = locked_bindings(work, parcels)
    held = held_rows(work, parcels)
    changed_again = _with_open_row(work, parcels)
    outcomes: list[tuple[Binding, Parcel, Verdict]] = []
    for parcel, verdict in verdicts:
        if (row := held.get(parcel.outbox_id)) is not None:
            binding = bindings[parcel.binding_id]
            _settle_row(row, verdict, overtaken=_overtaken(row, binding, changed_again))
            if row.verb is not OutboxVerb.SEND:
                settle_request(work, outbound, binding, row, verdict)
                continue
            _settle_binding(work, binding, verdict)
            outcomes.append((binding, parcel, verdict))
            _tell(work, outbound, binding)
    note_outcomes(work, outbound, outcomes)


def locked_bindings(work: UnitOfWork, parcels: Sequence[Parcel]) -> dict[UUID, Binding]:
    """As they are now. Whoever changes a record's sync locks its binding first, in this order."""
    ids = [parcel.binding_id for parcel in parcels]
    statement = select(Binding).where(Binding.id.in_(ids)).order_by(Binding.id).with_for_update()
    found = work.session.scalars(statement.execution_options(populate_existing=True))
    return {binding.id: binding for binding in found}


def held_rows(work: UnitOfWork, parcels: Sequence[Parcel]) -> dict[UUID, OutboxRow]:
    """The parcels' rows, without those that another run claimed meanwhile; bindings are locked."""
    ids = [parcel.outbox_id for parcel in parcels]
    statement = select(OutboxRow).where(OutboxRow.id.in_(ids))
    rows = work.session.scalars(statement.execution_options(populate_existing=True))
    fences = {parcel.outbox_id: parcel.fence for parcel in parcels}
    return {
        row.id: row
        for row in rows
        if row.state is OutboxState.CLAIMED and row.fence == fences[row.id]
    }


def bind(work: UnitOfWork, parcel: Parcel, *, binding: Binding, external_id: str) -> bool:
    """Compare and set: True when ``external_id`` is the record's id over there now.

    ``binding`` is locked. The parcel knows the bound id afterwards, whoever bound it.
    """
    if binding.external_id is None:
        binding.external_id, parcel.bound_now = external_id, True
        if binding.delivery in {DeliveryState.SENDING, DeliveryState.IN_DOUBT}:
            show(work, binding, DeliveryState.ACKNOWLEDGED)
        wake_waiting(work, binding.id)
    parcel.external_id = binding.external_id
    return binding.external_id == external_id


def unbind(work: UnitOfWork, parcels: Sequence[Parcel]) -> Verdicts:
    """The ERP gave ids that are other records': forget them, and look before anything is sent."""
    bindings = locked_bindings(work, parcels)
    for parcel in parcels:
        binding = bindings[parcel.binding_id]
        if binding.external_id == parcel.external_id:
            binding.external_id = None
    doubt(work, parcels)
    words = "The connector gave the id of another record: ours is looked for."
    error = InDoubt(words)
    return [(parcel, verdict_on(parcel, error)) for parcel in parcels]


def show(work: UnitOfWork, binding: Binding, target: DeliveryState) -> None:
    """Move the delivery, and keep in the history what people will ask for."""
    before = binding.delivery
    binding.move(target)
    if before is not target and target not in _PASSING:
        note(work, "core_binding", binding.id, field="delivery", change=(before, target))


def wake_waiting(work: UnitOfWork, binding_id: UUID) -> None:
    """The record is in the ERP now: what waited for it is queued."""
    waits = and_(OutboxRow.waits_for == binding_id, OutboxRow.state == OutboxState.WAITING)
    waiting = select(OutboxRow.binding_id).where(waits)
    bindings = work.session.scalars(
        select(Binding).where(Binding.id.in_(waiting)).order_by(Binding.id).with_for_update()
    ).all()
    if not bindings:  # as nearly always
        return
    work.session.execute(
        update(OutboxRow)
        .where(waits, OutboxRow.binding_id.in_([binding.id for binding in bindings]))
        .values(state=OutboxState.QUEUED, waits_for=None, due_at=utcnow())
    )
    for binding in bindings:
        binding.message = ""
        if binding.delivery is DeliveryState.WAITING:
            binding.move(DeliveryState.QUEUED)
    for connection_id, kind in sorted({(b.connection_id, b.kind) for b in bindings}, key=str):
        if connection_id is not None:
            wake_push(work, connection_id, kind)


def _with_open_row(work: UnitOfWork, parcels: Sequence[Parcel]) -> dict[UUID, set[OutboxVerb]]:
    """Bindings of which more waits than what is being sent, and what that is."""
    ids = [parcel.binding_id for parcel in parcels]
    statement = select(OutboxRow.binding_id, OutboxRow.verb).where(
        OutboxRow.binding_id.in_(ids), OutboxRow.state.in_(OPEN)
    )
    found: dict[UUID, set[OutboxVerb]] = {}
    for binding_id, verb in work.session.execute(statement):
        found.setdefault(binding_id, set()).add(verb)
    return found


def _overtaken(row: OutboxRow, binding: Binding, waiting: Mapping[UUID, set[OutboxVerb]]) -> bool:
    """A later row brings the record as it is now, or cancels it: this one need not go on."""
    verbs = waiting.get(binding.id, set())
    if row.verb is OutboxVerb.SEND and OutboxVerb.SEND in verbs:
        return True
    return (
        row.verb is not OutboxVerb.CANCEL
        and OutboxVerb.CANCEL in verbs
        and binding.external_id is not None
    )


def _settle_row(row: OutboxRow, verdict: Verdict, *, overtaken: bool) -> None:
    row.state = verdict.row
    if overtaken and verdict.row is not OutboxState.DONE:
        sent = row.verb is OutboxVerb.SEND
        row.state = OutboxState.DONE if sent else OutboxState.WITHDRAWN
    row.claimed_by, row.claimed_until = None, None
    row.due_at = verdict.due_at or utcnow()
    same = verdict.counts and verdict.error == row.error
    row.attempts = (row.attempts if same else 0) + (1 if verdict.counts else 0)
    row.error, row.waits_for = verdict.error, verdict.waits_for
    row.ended_at = utcnow() if row.state in _OVER else None


def _settle_binding(work: UnitOfWork, binding: Binding, verdict: Verdict) -> None:
    binding.message, binding.field = verdict.message, verdict.field
    binding.next_try_at = verdict.due_at if verdict.row is OutboxState.QUEUED else None
    if (done := verdict.done) is not None:
        binding.number = done.number or binding.number
        binding.version = done.ref.version or binding.version
    steps_back = verdict.delivery in {DeliveryState.QUEUED, DeliveryState.WAITING}
    if verdict.delivery is not None and not (steps_back and binding.delivery in _THERE):
        show(work, binding, verdict.delivery)


def _tell(work: UnitOfWork, outbound: Outbound[Any] | None, binding: Binding) -> None:
    """A module that fails to take note must not undo what the ERP has done."""
    if outbound is None or outbound.settled is None:
        return
    try:
        with work.session.begin_nested():
            outbound.settled(work, binding.local_id, delivery_of(binding))
    except Exception:  # a border: a module's code
        log.exception("settled.failed", kind=binding.kind, record=str(binding.local_id))
