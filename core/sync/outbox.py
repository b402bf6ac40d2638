"""What modules call to have a record brought to the ERP, in the transaction of its change."""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from core.clock import utcnow
from core.db.upsert import insert_into
from core.errors import Busy, NotFound, RuleBroken
from core.ids import new_reference
from core.registry.models import Installation
from core.sync.errors import RateLimited
from core.sync.look_first import look_first
from core.sync.models import (
    AttemptItem,
    AttemptOutcome,
    Binding,
    Connection,
    ConnectionState,
    DeliveryState,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.sync.models.attempt import UNSURE
from core.sync.models.outbox import OPEN
from core.sync.wake import wake_push
from core.web.i18n import gettext as _
from core.work import UnitOfWork

log = structlog.get_logger(__name__)

_KEPT = frozenset(
    {
        DeliveryState.SENDING,
        DeliveryState.ACKNOWLEDGED,
        DeliveryState.IN_DOUBT,
    }
)
#: Why a record is stopped whose write may have arrived at an ERP that can not be asked for it.
UNKNOWN = "sync.unknown"
#: Rows per statement: below what either database takes as parameters.
_SLICE = 500
_MAY_BE_THERE = (AttemptOutcome.OPEN, AttemptOutcome.IN_DOUBT, AttemptOutcome.DONE)


def send(work: UnitOfWork, kind: str, local_id: UUID, *, company_id: UUID, number: str) -> None:
    """Have the record as it will then be brought to the company's ERP.

    ``number`` is what people call the record; the reference is made of it once. Without a
    connection the record waits, visibly, for one. Several changes before it leaves are one.
    """
    connection_id = default_connection(work, company_id)
    send_through(work, connection_id, (kind, local_id), company_id=company_id, number=number)


def send_through(
    work: UnitOfWork,
    connection_id: UUID | None,
    record: tuple[str, UUID],
    *,
    company_id: UUID,
    number: str,
    again: bool = True,
) -> Binding:
    """``send`` through a connection of one's choice; ``record`` is kind and id.

    ``again`` False leaves a record alone that was sent before, whatever became of it.
    """
    kind, local_id = record
    binding = _binding(work, kind, local_id, connection_id)
    if binding is None:
        # Two runs may meet a record for the first time at once: whoever is second finds it.
        insert = insert_into(Binding, work.session).values(
            connection_id=connection_id, kind=kind, local_id=local_id, company_id=company_id
        )
        work.session.execute(insert.on_conflict_do_nothing())
        binding = _binding(work, kind, local_id, connection_id)
    if binding is None:
        raise Busy(_("Somebody else is sending this record just now."))
    if not again and (binding.delivery is not None or binding.external_id is not None):
        return binding
    binding.reference = binding.reference or new_reference(number)
    binding.connection_id = connection_id or binding.connection_id
    work.session.flush()
    put_in_queue(work, binding)
    return binding


def withdraw(work: UnitOfWork, kind: str, local_id: UUID) -> None:
    """Take back what was not sent yet. Raise RuleBroken once it may have left."""
    bindings = work.session.scalars(
        select(Binding).where(_is(kind, local_id), Binding.delivery.is_not(None)).with_for_update()
    )
    for binding in bindings:
        if binding.external_id is not None or _may_be_there(work, binding.id):
            raise RuleBroken(
                _(
                    "It has been sent to the ERP, or is being sent just now: it can no longer be"
                    " taken back here."
                )
            )
        for row in _rows(work, binding.id):
            row.state, row.ended_at = OutboxState.WITHDRAWN, utcnow()
        binding.delivery, binding.message, binding.next_try_at = None, "", None


def retry(work: UnitOfWork, outbox_id: UUID, *, looked: bool = True) -> None:
    """A person looked: try the stopped row again, now. Raise RuleBroken when it is not stopped.

    ``looked`` False means many at once: what may be in an ERP that can not be asked stays stopped,
    since sending it again is right only when somebody saw that it is not there.
    """
    row = work.session.get(OutboxRow, outbox_id)
    if row is None:
        raise NotFound(_("There is no stopped record %(id)s.", id=outbox_id))
    binding = work.session.get_one(Binding, row.binding_id, with_for_update=True)
    work.session.refresh(row)  # somebody else may have retried it while we waited for the lock
    if row.state is not OutboxState.STOPPED:
        raise RuleBroken(_("This record is not stopped."))
    if row.error == UNKNOWN:
        if not looked:
            return
        work.session.execute(
            update(AttemptItem)
            .where(AttemptItem.binding_id == binding.id, AttemptItem.outcome.in_(UNSURE))
            .values(outcome=AttemptOutcome.RESOLVED)
        )
    if row.verb is OutboxVerb.SEND:
        put_in_queue(work, binding)
    else:
        _make_due(row)
        if binding.connection_id is not None:
            wake_push(work, binding.connection_id, binding.kind)


def put_in_queue(work: UnitOfWork, binding: Binding) -> OutboxRow:
    """One open row per binding, due now; the binding is locked or new."""
    rows = _rows(work, binding.id)
    sends = (row for row in rows if row.state in OPEN and row.verb is OutboxVerb.SEND)
    row = next(sends, None)
    if row is None:
        last = select(func.max(OutboxRow.seq)).where(OutboxRow.binding_id == binding.id)
        row = OutboxRow(
            binding_id=binding.id,
            company_id=binding.company_id,
            seq=(work.session.scalar(last) or 0) + 1,
        )
        work.session.add(row)
    _make_due(row)
    if binding.connection_id is None:
        row.state = OutboxState.WAITING
        binding.message = "There is no connection to an ERP for this company yet."
        binding.move(DeliveryState.WAITING)
    else:
        _show_queued(binding)
        wake_push(work, binding.connection_id, binding.kind)
    log.info(
        "record.queued",
        reference=binding.reference,
        kind=binding.kind,
        record=str(binding.local_id),
        waits=row.state is OutboxState.WAITING,
    )
    return row


def _make_due(row: OutboxRow) -> None:
    row.state, row.due_at, row.attempts = OutboxState.QUEUED, utcnow(), 0
    row.waits_for, row.error, row.message = None, None, ""


def _show_queued(binding: Binding) -> None:
    binding.message, binding.field, binding.next_try_at = "", None, None
    if binding.delivery in _KEPT:
        return
    known = binding.external_id is not None and binding.delivery is not None
    bound = known and binding.delivery not in {DeliveryState.CONFIRMED, DeliveryState.QUEUED}
    binding.move(DeliveryState.ACKNOWLEDGED if bound else DeliveryState.QUEUED)


def adopt_waiting(work: UnitOfWork, connection: Connection) -> int:
    """A connection went live: what its company has waiting goes through it. Answers how many."""
    waiting = select(Binding.id, Binding.kind).where(
        Binding.connection_id.is_(None),
        Binding.company_id == connection.company_id,
        Binding.delivery == DeliveryState.WAITING,
    )
    found = work.session.execute(waiting.with_for_update()).all()
    ids = [row.id for row in found]
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        work.session.execute(
            update(Binding)
            .where(Binding.id.in_(part))
            .values(connection_id=connection.id, delivery=DeliveryState.QUEUED, message="")
        )
        work.session.execute(
            update(OutboxRow)
            .where(OutboxRow.binding_id.in_(part), OutboxRow.state == OutboxState.WAITING)
            .values(state=OutboxState.QUEUED, due_at=utcnow())
        )
        _look_first_after_restore(work, connection.id, part)
    for kind in sorted({row.kind for row in found}):
        wake_push(work, connection.id, kind)
    return len(ids)


def _look_first_after_restore(work: UnitOfWork, connection_id: UUID, ids: list[UUID]) -> None:
    """What waited in a database that was put back may have gone through a connection it forgot."""
    rows = work.session.execute(
        select(Binding.kind, Binding.id, OutboxRow.id)
        .join(OutboxRow, OutboxRow.binding_id == Binding.id)
        .join(Installation, Installation.epoch > 1)
        .where(
            Binding.id.in_(ids),
            Binding.created_at < Installation.opened_at,
            OutboxRow.state == OutboxState.QUEUED,
        )
    ).all()
    for kind in sorted({row[0] for row in rows}):
        mine = [(row[1], row[2]) for row in rows if row[0] == kind]
        look_first(work, connection_id, kind, mine)


def wake_connection(work: UnitOfWork, connection_id: UUID) -> None:
    """Have all that is queued for the connection tried now: a person mended it."""
    mine = select(Binding.id).where(Binding.connection_id == connection_id)
    queued = and_(OutboxRow.state == OutboxState.QUEUED, OutboxRow.binding_id.in_(mine))
    work.session.execute(
        update(OutboxRow)
        .where(queued, OutboxRow.error.is_distinct_from(RateLimited.code))
        .values(due_at=utcnow())
        .execution_options(synchronize_session=False)
    )
    kinds = select(Binding.kind).join(OutboxRow, OutboxRow.binding_id == Binding.id)
    for kind in work.session.scalars(kinds.where(queued).distinct().order_by(Binding.kind)):
        wake_push(work, connection_id, kind)


def default_connection(work: UnitOfWork, company_id: UUID) -> UUID | None:
    """Where the company's records go; a paused connection holds them, a draft is none yet."""
    return work.session.scalar(
        select(Connection.id).where(
            Connection.company_id == company_id,
            Connection.is_default,
            Connection.state != ConnectionState.DRAFT,
        )
    )


def has_left(work: UnitOfWork, kind: str, local_id: UUID) -> bool:
    """The record is in an ERP, or may be: it can no longer be taken back here."""
    sent = select(Binding).where(_is(kind, local_id), Binding.delivery.is_not(None))
    return any(
        binding.external_id is not None or _may_be_there(work, binding.id)
        for binding in work.session.scalars(sent)
    )


def _rows(work: UnitOfWork, binding_id: UUID) -> list[OutboxRow]:
    """What is not over yet of the record, oldest first."""
    states = (*OPEN, OutboxState.CLAIMED)
    rows = select(OutboxRow).where(OutboxRow.binding_id == binding_id, OutboxRow.state.in_(states))
    return list(work.session.scalars(rows.order_by(OutboxRow.seq)))


def _may_be_there(work: UnitOfWork, binding_id: UUID) -> bool:
    claimed = exists().where(
        OutboxRow.binding_id == binding_id, OutboxRow.state == OutboxState.CLAIMED
    )
    left = exists().where(
        AttemptItem.binding_id == binding_id, AttemptItem.outcome.in_(_MAY_BE_THERE)
    )
    return bool(work.session.scalar(select(or_(claimed, left))))


def _is(kind: str, local_id: UUID) -> ColumnElement[bool]:
    return and_(Binding.kind == kind, Binding.local_id == local_id)


def _binding(
    work: UnitOfWork, kind: str, local_id: UUID, connection_id: UUID | None
) -> Binding | None:
    """The record's binding there, else the one that waits for a connection."""
    there = or_(Binding.connection_id == connection_id, Binding.connection_id.is_(None))
    found = select(Binding).where(_is(kind, local_id), there)
    return work.session.scalars(
        found.order_by(Binding.connection_id.is_(None)).with_for_update()
    ).first()
