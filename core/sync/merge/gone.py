"""Records the ERP has deleted: put away here too, unless somebody changed them here since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.sync.exchange import Bindings, Gone
from core.sync.merge.conflicts import ask_whole
from core.sync.merge.records import agreed_rows, base_of, ties_of
from core.sync.merge.shared import Shared, Values
from core.sync.models import Agreed, Binding, Cause
from core.work import UnitOfWork


def gone_there(
    work: UnitOfWork, shared: Shared[Any], gone: Sequence[Gone], bindings: Bindings
) -> None:
    """Nothing is ever made there again by itself: that is asked."""
    ids = [one.local_id for one in gone if one.local_id is not None]
    ours = shared.hold(work, bindings.connection_id, ids)
    ties = ties_of(work, shared, bindings, ids)
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
