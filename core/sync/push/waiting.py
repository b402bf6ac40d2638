"""Records that refer to others the ERP does not have yet: those are sent first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.clock import utcnow
from core.sync.exchange import Waits
from core.sync.models import Binding, Connection, DeliveryState, OutboxState
from core.sync.outbox import send_through
from core.sync.push.parcel import Parcel, Verdict
from core.sync.push.round import Round
from core.sync.push.settle import settle
from core.sync.push.verdicts import later, stopped
from core.work import UnitOfWork

_PROBLEMS = frozenset({DeliveryState.REJECTED, DeliveryState.STOPPED})


def wait_for(step: Round, waits: Sequence[tuple[Parcel, Waits]]) -> None:
    """Send what is referred to, and have these wait; settles those only a person can help."""
    if not waits:
        return
    with step.context.write() as work:
        verdicts = [(parcel, _verdict(work, step, reason)) for parcel, reason in waits]
        settle(work, step.outbound, verdicts)
    step.settled.update(parcel.outbox_id for parcel, _ in waits)


def _verdict(work: UnitOfWork, step: Round, reason: Waits) -> Verdict:
    if reason.local_id is None or reason.kind not in work.enabled.outbound:
        return stopped(str(reason), code=reason.code)
    other = _sent(work, step.route.connection_id, reason.kind, reason.local_id)
    if other.external_id is not None:  # it arrived meanwhile
        return later("", utcnow(), code=reason.code)
    message = str(reason)
    if other.delivery in _PROBLEMS:
        message = f"{message} It could not be sent: {other.message}"
    return Verdict(
        row=OutboxState.WAITING,
        delivery=DeliveryState.WAITING,
        message=message,
        error=reason.code,
        waits_for=other.id,
    )


def _sent(work: UnitOfWork, connection_id: UUID, kind: str, local_id: UUID) -> Binding:
    connection = work.session.get_one(Connection, connection_id)
    # It has no number the engine knows: the end of its id tells it from its neighbours.
    number = f"{kind.rpartition('.')[2].upper()}-{local_id.hex[-8:].upper()}"
    return send_through(
        work,
        connection_id,
        (kind, local_id),
        company_id=connection.company_id,
        number=number,
        again=False,
    )
