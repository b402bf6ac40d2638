"""What was written of records both sides may change, kept as what both agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.sync.bindings import ConnectionBindings
from core.sync.errors import Conflict, NotFound
from core.sync.exchange import Outbound
from core.sync.merge.conflicts import ask_whole, no_longer_overtaken
from core.sync.merge.records import agreed_rows, base_of, write_base
from core.sync.merge.shared import Shared, Values
from core.sync.models import Binding, Cause, Connection, OutboxState
from core.sync.push.parcel import Parcel, Verdict
from core.work import UnitOfWork

#: Trouble after which the engine asks, and what it asks.
_ASKS = {NotFound.code: Cause.GONE, Conflict.code: Cause.OVERTAKEN}


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
    done = {
        binding.local_id: (binding, parcel)
        for binding, parcel, said in settled
        if said.done is not None and binding.connection_id is not None
    }
    if done:
        _note_written(work, shared, done)


def _note_written(
    work: UnitOfWork, shared: Shared[Any], done: Mapping[UUID, tuple[Binding, Parcel]]
) -> None:
    first = next(iter(done.values()))[0]
    connection = work.session.get_one(Connection, first.connection_id)
    rows = agreed_rows(work, shared, ConnectionBindings(work, connection), done)
    for local_id, (binding, parcel) in done.items():
        parcel.arrived = True
        base = base_of(rows[local_id])
        for name, value in _written(shared, parcel).items():
            base = base.wrote(name, value)
        write_base(rows[local_id], base)
        no_longer_overtaken(work, binding)


def _written(shared: Shared[Any], parcel: Parcel) -> Values:
    if parcel.written is not None:
        return parcel.written
    document: Any = parcel.document
    return shared.read(document)  # a record the ERP did not have: all of it
