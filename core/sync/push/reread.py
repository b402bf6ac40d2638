"""Our version was stale: what the ERP has now is read, taken over, and only then sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.sync.bindings import ConnectionBindings
from core.sync.contract import Reads
from core.sync.documents import SalesOrder
from core.sync.errors import Conflict, NotFound
from core.sync.exchange import Inbound
from core.sync.models import Connection, OutboxVerb
from core.sync.pull.inbox import take
from core.sync.push.adopt import matches
from core.sync.push.change import told
from core.sync.push.parcel import Parcel, Verdict
from core.sync.push.round import Round
from core.sync.push.settle import locked_bindings
from core.sync.push.verdicts import stopped, verdict
from core.sync.values import Found, Seen
from core.work import UnitOfWork


def is_stale(parcel: Parcel) -> bool:
    return (
        parcel.verb is OutboxVerb.SEND
        and parcel.error == Conflict.code
        and parcel.external_id is not None
    )


def reread(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Answers those to be loaded and sent again, with the version the ERP has now.

    What comes in through the module is its merge. Orders are not merged: other content stops them.
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
    _take_over(step, connection, left, seen)
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


def _take_over(
    step: Round, connection: Connection, parcels: Sequence[Parcel], seen: Mapping[str, Seen[Any]]
) -> None:
    if not parcels:
        return
    with step.context.write(source=connection.name) as work:
        bindings = locked_bindings(work, parcels)
        for parcel in parcels:
            version = seen[parcel.ref.id].ref.version
            parcel.version = bindings[parcel.binding_id].version = version
        _receive(work, step, connection, [seen[parcel.ref.id] for parcel in parcels])


def _receive(
    work: UnitOfWork, step: Round, connection: Connection, seen: Sequence[Seen[Any]]
) -> None:
    received = (one for one in work.enabled.inbound if one.kind == step.outbound.kind)
    inbound = next((one for one in received if isinstance(one, Inbound)), None)
    bodies = [one for one in seen if one.body is not None]
    if inbound is not None and bodies:
        mine = work.session.get_one(Connection, connection.id)
        take(work, inbound, bodies, ConnectionBindings(work, mine))
