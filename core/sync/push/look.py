"""Requests about a record the ERP has, looked at over there before they are made (again)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.sync.contract import Reads
from core.sync.push.attempts import resolve
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.round import Round
from core.sync.push.settle import settle
from core.sync.values import Seen

#: What the record over there, None when it is gone, means for the request; None: it is to be made.
Compare = Callable[[Parcel, Seen[Any] | None], Verdict | None]


def look(step: Round, parcels: Sequence[Parcel], compared: Compare) -> list[Parcel]:
    """Answers what is still to be made: all of it where the ERP can not be read."""
    erp: object = step.endpoint
    if not parcels or not isinstance(erp, Reads):
        return list(parcels)
    seen = step.read(erp, parcels)
    if seen is None:
        return []
    verdicts: Verdicts = []
    left: list[Parcel] = []
    for parcel in parcels:
        said = compared(parcel, seen.get(parcel.ref.id))
        if said is None:
            left.append(parcel)
        else:
            verdicts.append((parcel, said))
    with step.context.write() as work:
        resolve(work, parcels)
        settle(work, step.outbound, verdicts)
    step.settled.update(parcel.outbox_id for parcel, _ in verdicts)
    return left
