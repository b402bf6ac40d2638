"""What is written of records both sides may change, kept before it leaves and when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.clock import utcnow
from core.sync.bindings import ConnectionBindings
from core.sync.errors import AuthFailed, Conflict, NotFound, RateLimited, Rejected, Unsent
from core.sync.exchange import Outbound
from core.sync.merge.conflicts import ask_whole, no_longer_overtaken
from core.sync.merge.records import agreed_rows, base_of, ties_of, write_base
from core.sync.merge.shared import Shared, Values
from core.sync.models import Binding, Cause, Connection, OutboxState, OutboxVerb
from core.sync.push.parcel import Parcel, Verdict
from core.work import UnitOfWork

#: Trouble after which the engine asks, and what it asks.
_ASKS = {NotFound.code: Cause.GONE, Conflict.code: Cause.OVERTAKEN}

#: What says that the ERP did nothing, and will not.
_UNDONE = {one.code for one in (AuthFailed, Conflict, NotFound, RateLimited, Rejected, Unsent)}


def note_leaving(
    work: UnitOfWork,
    outbound: Outbound[Any],
    connection_id: UUID,
    parcels: Sequence[Parcel],
) -> None:
    """Keep what a request carries, to know it again where its answer never comes.

    The bindings first, as everybody locks them.
    """
    shared = outbound.shared
    sent = {parcel.local_id: parcel for parcel in parcels if parcel.verb is OutboxVerb.SEND}
    if shared is None or not sent:
        return
    connection = work.session.get_one(Connection, connection_id)
    bindings, left_at = ConnectionBindings(work, connection), utcnow().isoformat()
    ties_of(work, shared, bindings, sent)
    for local_id, row in agreed_rows(work, shared, bindings, sent).items():
        base = base_of(row)
        for name, value in _written(shared, sent[local_id]).items():
            base = base.carries(name, value, at=left_at)
        write_base(row, base)


def note_outcomes(
    work: UnitOfWork,
    outbound: Outbound[Any] | None,
    settled: Sequence[tuple[Binding, Parcel, Verdict]],
) -> None:
    """Keep what was written as what is agreed; ask where the engine can not go on by itself."""
    if outbound is None or (shared := outbound.shared) is None or not settled:
        return
    for binding, _parcel, said in settled:
        cause = _ASKS.get(said.error or "")
        if cause is not None and said.row is OutboxState.STOPPED:
            ask_whole(work, binding, cause)
    ended = {
        binding.local_id: (binding, parcel, said)
        for binding, parcel, said in settled
        if (said.done is not None or said.error in _UNDONE) and binding.connection_id is not None
    }
    if ended:
        _note_ended(work, shared, ended)


def _note_ended(
    work: UnitOfWork, shared: Shared[Any], ended: Mapping[UUID, tuple[Binding, Parcel, Verdict]]
) -> None:
    """None of these comes late; and what was done is what is over there now."""
    first = next(iter(ended.values()))[0]
    connection = work.session.get_one(Connection, first.connection_id)
    rows = agreed_rows(work, shared, ConnectionBindings(work, connection), ended)
    for local_id, (binding, parcel, said) in ended.items():
        base = base_of(rows[local_id])
        for name, value in _written(shared, parcel).items():
            base = base.ended(name, value)
            base = base.wrote(name, value) if said.done is not None else base
        write_base(rows[local_id], base)
        if said.done is not None:
            parcel.arrived = True
            no_longer_overtaken(work, binding)


def _written(shared: Shared[Any], parcel: Parcel) -> Values:
    if parcel.written is not None:
        return parcel.written
    document: Any = parcel.document
    return shared.read(document)  # a record the ERP did not have: all of it
