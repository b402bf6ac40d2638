"""Our version was stale: what the ERP has now is read before the record is sent again.

Records both sides may change are merged before every send (``merge/sending.py``); this is for all
others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.sync.contract import Reads
from core.sync.documents import SalesOrder
from core.sync.errors import Conflict, NotFound
from core.sync.models import OutboxVerb
from core.sync.push.adopt import matches
from core.sync.push.change import told
from core.sync.push.parcel import Parcel, Verdict
from core.sync.push.round import Round
from core.sync.push.settle import locked_bindings
from core.sync.push.verdicts import stopped, verdict
from core.sync.values import Found, Seen


def is_stale(parcel: Parcel) -> bool:
    return (
        parcel.verb is OutboxVerb.SEND
        and parcel.error == Conflict.code
        and parcel.external_id is not None
    )


def reread(step: Round, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Answers those to be sent again, with the version the ERP has now.

    Orders are not merged: other content over there stops them, and people see both.
    """
    erp: object = step.endpoint
    if not parcels or not isinstance(erp, Reads):
        return list(parcels)
    seen = step.read(erp, parcels)
    if seen is None:
        return []
    said = [(parcel, _said(step, parcel, seen.get(parcel.ref.id))) for parcel in parcels]
    step.settle([(parcel, found) for parcel, found in said if found is not None])
    left = [parcel for parcel, found in said if found is None]
    _take_over(step, left, seen)
    return left


def _said(step: Round, parcel: Parcel, there: Seen[Any] | None) -> Verdict | None:
    if there is None:
        return verdict(parcel, NotFound(parcel.ref.id))
    body, ours = there.body, parcel.document
    if not isinstance(body, SalesOrder) or not isinstance(ours, SalesOrder):
        return None
    hit = Found(
        reference=parcel.reference,
        ref=there.ref,
        state=body.state,
        customer=body.customer,
        net=body.net,
    )
    if matches(ours, hit, tolerance=step.tolerance):
        return None
    return stopped(
        f"It was changed on both sides. There: {told(body)}. Here: {told(ours)}.",
        code=Conflict.code,
    )


def _take_over(step: Round, parcels: Sequence[Parcel], seen: Mapping[str, Seen[Any]]) -> None:
    if not parcels:
        return
    with step.context.write() as work:
        bindings = locked_bindings(work, parcels)
        for parcel in parcels:
            version = seen[parcel.ref.id].ref.version
            parcel.version = bindings[parcel.binding_id].version = version
