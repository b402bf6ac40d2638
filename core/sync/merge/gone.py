"""Records the ERP has deleted: put away here too, unless somebody changed them here since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.sync.exchange import Bindings, Gone
from core.sync.merge.conflicts import ask_whole
from core.sync.merge.records import agreed_rows, base_of
from core.sync.merge.shared import Shared, Values
from core.sync.models import Agreed, Binding, Cause
from core.work import UnitOfWork


def gone_there(
    work: UnitOfWork, shared: Shared[Any], gone: Sequence[Gone], bindings: Bindings
) -> None:
    """Nothing is ever made there again by itself: that is asked."""
    ids = [one.local_id for one in gone if one.local_id is not None]
    ours = shared.hold(work, ids)
    ties = _ties(work, shared, bindings, ids)
    rows = agreed_rows(work, shared, bindings, ties)
    for local_id, tie in ties.items():
        if _was_changed(rows[local_id], ours[local_id]):
            ask_whole(work, tie, Cause.GONE)
        else:
            forget(work, tie, rows[local_id])
            shared.retire(work, local_id)


def forget(work: UnitOfWork, tie: Binding, row: Agreed) -> None:
    """Our record has no counterpart over there any more, and nothing is agreed on."""
    tie.external_id = tie.version = tie.number = None
    work.session.delete(row)
    work.session.flush()


def _was_changed(row: Agreed, ours: Values) -> bool:
    base = base_of(row)
    return any(base.our(name) != ours.get(name) for name in {*ours, *base.names()})


def _ties(
    work: UnitOfWork, shared: Shared[Any], bindings: Bindings, ids: list[UUID]
) -> dict[UUID, Binding]:
    found = select(Binding).where(
        Binding.connection_id == bindings.connection_id,
        Binding.kind == shared.kind,
        Binding.local_id.in_(ids),
    )
    locked = found.order_by(Binding.id).with_for_update()
    return {tie.local_id: tie for tie in work.session.scalars(locked)}
