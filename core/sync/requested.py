"""Cancelling or changing a record the ERP has: a request with a life of its own, never an edit.

requested -> sent -> done | refused (the ERP says no) | in doubt -> looked up. One that was not sent
yet can be taken back, and of several changes that wait the last one goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, exists, func, select

from core.clock import utcnow
from core.companies import fetch
from core.errors import RuleBroken
from core.sync.errors import InDoubt
from core.sync.models import (
    AttemptItem,
    AttemptOutcome,
    Binding,
    Connection,
    DeliveryState,
    OutboxRow,
    OutboxState,
    OutboxVerb,
)
from core.sync.models.outbox import OPEN
from core.sync.outbox import put_in_queue
from core.sync.wake import wake_push
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: Attempts after which nobody can say that nothing happened over there.
_LEFT = (AttemptOutcome.OPEN, AttemptOutcome.IN_DOUBT, AttemptOutcome.DONE, AttemptOutcome.RESOLVED)


class RequestState(StrEnum):
    REQUESTED = "requested"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    DONE = "done"
    #: The ERP said no: the record stays as it was.
    REFUSED = "refused"
    #: A person must look.
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """``subject`` is the module's own record of what was asked for; ``message`` the ERP's words."""

    id: UUID
    verb: OutboxVerb
    state: RequestState
    subject: UUID | None
    message: str
    connection: str
    created_at: datetime
    ended_at: datetime | None
    #: Nothing of it left yet: it can be taken back.
    undoable: bool


def ask(
    work: UnitOfWork, kind: str, local_id: UUID, verb: OutboxVerb, *, subject: UUID | None = None
) -> UUID:
    """Ask the ERP to cancel or change its record; answers the request's id.

    Raise RuleBroken when the ERP does not have it yet, can not do this, or is asked already.
    """
    binding = _there(work, kind, local_id)
    if verb not in _abilities(work, binding):
        raise RuleBroken(_cannot(work, binding, verb))
    for row in _unfinished(work, binding.id):
        _make_way(row, verb)
    row = OutboxRow(
        binding_id=binding.id,
        company_id=binding.company_id,
        seq=_next_seq(work, binding.id),
        verb=verb,
        subject=subject,
        state=OutboxState.QUEUED,
    )
    work.session.add(row)
    work.session.flush()
    _wake(work, binding)
    return row.id


def take_back(work: UnitOfWork, request_id: UUID) -> None:
    """Undo a request of which nothing left. Raise RuleBroken when it may have."""
    row = fetch(work, OutboxRow, request_id)
    binding = work.session.get_one(Binding, row.binding_id, with_for_update=True)
    work.session.refresh(row)
    if row.verb is OutboxVerb.SEND or row.state not in OPEN or _left(work, row.id):
        raise RuleBroken(_("It has been sent to the ERP: it can no longer be taken back."))
    row.state, row.ended_at = OutboxState.WITHDRAWN, utcnow()
    go_on(work, binding, row)


def go_on(work: UnitOfWork, binding: Binding, row: OutboxRow) -> None:
    """A cancellation came to nothing: what it stopped on its way to the ERP goes on.

    ``binding`` is locked.
    """
    on_its_way = binding.delivery not in {None, DeliveryState.CONFIRMED}
    if row.verb is OutboxVerb.CANCEL and on_its_way:
        work.session.flush()
        put_in_queue(work, binding)


def requested(work: UnitOfWork, kind: str, local_id: UUID) -> list[Requested]:
    """What was asked of the ERP for a record, the newest first."""
    rows = work.session.execute(
        select(OutboxRow, Connection.name, _LEFT_YET)
        .join(Binding, Binding.id == OutboxRow.binding_id)
        .join(Connection, Connection.id == Binding.connection_id)
        .where(
            Binding.kind == kind,
            Binding.local_id == local_id,
            OutboxRow.verb != OutboxVerb.SEND,
        )
        .order_by(OutboxRow.id.desc())
        .limit(_MOST)
    )
    return [_shown(row, name, left=left) for row, name, left in rows]


def abilities(work: UnitOfWork, kind: str, local_id: UUID) -> frozenset[OutboxVerb]:
    """What the ERP that has the record can be asked for; nothing when none has it."""
    found = work.session.scalars(_bound(kind, local_id)).first()
    return _abilities(work, found) if found is not None else frozenset()


def state_of(row: OutboxRow) -> RequestState:
    if row.state in _PLAIN:
        found = _PLAIN[row.state]
    elif row.error == InDoubt.code:
        found = RequestState.IN_DOUBT
    elif row.state is OutboxState.CLAIMED:
        found = RequestState.SENT
    else:
        found = RequestState.REQUESTED
    return found


_PLAIN = {
    OutboxState.DONE: RequestState.DONE,
    OutboxState.REFUSED: RequestState.REFUSED,
    OutboxState.STOPPED: RequestState.STOPPED,
    OutboxState.WITHDRAWN: RequestState.WITHDRAWN,
}
_MOST = 20
_LEFT_YET = exists().where(AttemptItem.outbox_id == OutboxRow.id, AttemptItem.outcome.in_(_LEFT))


def _shown(row: OutboxRow, connection: str, *, left: bool) -> Requested:
    return Requested(
        id=row.id,
        verb=row.verb,
        state=state_of(row),
        subject=row.subject,
        message=row.message,
        connection=connection,
        created_at=row.created_at,
        ended_at=row.ended_at,
        undoable=row.state in OPEN and not left,
    )


def _there(work: UnitOfWork, kind: str, local_id: UUID) -> Binding:
    found = work.session.scalars(_bound(kind, local_id).with_for_update()).first()
    if found is None:
        raise RuleBroken(
            _(
                "It is not sure yet whether the ERP has it: it is being sent or looked for."
                " Try again in a moment."
            )
        )
    return found


def _bound(kind: str, local_id: UUID) -> Select[Binding]:
    return (
        select(Binding)
        .where(
            Binding.kind == kind,
            Binding.local_id == local_id,
            Binding.external_id.is_not(None),
            Binding.connection_id.is_not(None),
            Binding.delivery.is_not(None),
        )
        .order_by(Binding.id)
    )


def _abilities(work: UnitOfWork, binding: Binding) -> frozenset[OutboxVerb]:
    outbound = work.enabled.outbound.get(binding.kind)
    connection = work.session.get(Connection, binding.connection_id)
    if outbound is None or connection is None:
        return frozenset()
    found = (connection.abilities or {}).get(outbound.document.__name__, ())
    return frozenset(OutboxVerb(verb) for verb in found)


def _cannot(work: UnitOfWork, binding: Binding, verb: OutboxVerb) -> str:
    name = work.session.scalar(
        select(Connection.name).where(Connection.id == binding.connection_id)
    )
    if verb is OutboxVerb.CANCEL:
        text = _("%(erp)s can not cancel from here: ask the people who work with it.", erp=name)
    else:
        text = _("%(erp)s can not change it from here: ask the people who work with it.", erp=name)
    return text


def _unfinished(work: UnitOfWork, binding_id: UUID) -> list[OutboxRow]:
    states = (*OPEN, OutboxState.CLAIMED)
    rows = select(OutboxRow).where(OutboxRow.binding_id == binding_id, OutboxRow.state.in_(states))
    found = rows.order_by(OutboxRow.seq).execution_options(populate_existing=True)
    return list(work.session.scalars(found))


def _make_way(row: OutboxRow, verb: OutboxVerb) -> None:
    """What waits gives way to a cancellation, and a change to a later one that knows better."""
    if row.verb is OutboxVerb.CANCEL:
        raise RuleBroken(_("The ERP is asked to cancel it already."))
    untried = row.state is OutboxState.QUEUED and row.error is None
    if verb is OutboxVerb.CHANGE and row.state is OutboxState.STOPPED:
        raise RuleBroken(_("It is stopped for a person to look at: mend that first."))
    if row.state in OPEN and (verb is OutboxVerb.CANCEL or (row.verb is verb and untried)):
        row.state, row.ended_at = OutboxState.WITHDRAWN, utcnow()
        row.message = _("A later request took its place.")


def _next_seq(work: UnitOfWork, binding_id: UUID) -> int:
    last = select(func.max(OutboxRow.seq)).where(OutboxRow.binding_id == binding_id)
    return (work.session.scalar(last) or 0) + 1


def _left(work: UnitOfWork, row_id: UUID) -> bool:
    left = exists().where(AttemptItem.outbox_id == row_id, AttemptItem.outcome.in_(_LEFT))
    return bool(work.session.scalar(select(left)))


def _wake(work: UnitOfWork, binding: Binding) -> None:
    if binding.connection_id is not None:
        wake_push(work, binding.connection_id, binding.kind)
