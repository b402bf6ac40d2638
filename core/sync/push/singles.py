"""Records sent in one step: by a key the ERP enforces, or by creating and looking afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from core.clock import utcnow
from core.sync.contract import Creates, Updates, Upserts
from core.sync.models import Binding, DeliveryState, OutboxState
from core.sync.push.adopt import Absent, Adopt, Unclear, finding
from core.sync.push.attempts import resolve
from core.sync.push.claim import LEASE
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.round import Round
from core.sync.push.settle import bind, locked_bindings, settle
from core.sync.push.verdicts import confirmed, stopped
from core.sync.values import Done, Outcome
from core.work import UnitOfWork

#: A request whose end nobody saw may still be carried out. Before this has passed, finding nothing
#: proves nothing: lease and request time-out, with room.
QUARANTINE = LEASE


def upsert(step: Round, erp: Upserts[Any], parcels: Sequence[Parcel]) -> None:
    step.write("upsert", parcels, lambda items: erp.upsert([p.outgoing for p in items]), yes=_bound)


def create(step: Round, erp: Creates[Any], parcels: Sequence[Parcel]) -> None:
    """What is bound is updated where the ERP can; what may be there is looked for first."""
    bound = [parcel for parcel in parcels if parcel.external_id is not None]
    unsure = [p for p in parcels if p.external_id is None and p.unsure_since is not None]
    fresh = [p for p in parcels if p.external_id is None and p.unsure_since is None]
    _update(step, erp, bound)
    fresh += _look(step, _out_of_quarantine(step, unsure))
    if not step.locked_out:
        step.write(
            "create", fresh, lambda items: erp.create([p.outgoing for p in items]), yes=_bound
        )


def _update(step: Round, erp: object, parcels: Sequence[Parcel]) -> None:
    if isinstance(erp, Updates):
        verbs: Updates[Any] = erp

        def call(items: Sequence[Parcel]) -> list[Outcome]:
            return verbs.update([parcel.outgoing for parcel in items])

        step.write("update", parcels, call, yes=_bound)
    else:
        there = Verdict(row=OutboxState.DONE, delivery=DeliveryState.CONFIRMED)
        step.settle([(parcel, there) for parcel in parcels])


def _out_of_quarantine(step: Round, parcels: Sequence[Parcel]) -> list[Parcel]:
    now = utcnow()
    out: list[Parcel] = []
    wait: Verdicts = []
    for parcel in parcels:
        until = (parcel.unsure_since or now) + QUARANTINE
        if until <= now:
            out.append(parcel)
        else:
            wait.append((parcel, _quarantined(until - now)))
    step.settle(wait)
    return out


def _quarantined(left: timedelta) -> Verdict:
    return Verdict(
        row=OutboxState.QUEUED,
        delivery=DeliveryState.IN_DOUBT,
        message="It was sent and no answer came. The ERP is asked once the request can no longer"
        " be under way.",
        error="sync.in_doubt",
        due_at=utcnow() + left,
    )


def _look(step: Round, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Answers what is not there, to be created."""
    hits = step.find(parcels) if parcels else None
    if hits is None:
        return []
    found = [(parcel, finding(parcel, hits[parcel.reference])) for parcel in parcels]
    verdicts: Verdicts = [(p, stopped(r.words)) for p, r in found if isinstance(r, Unclear)]
    with step.context.write() as work:
        bindings = locked_bindings(work, parcels)
        resolve(work, parcels)
        for parcel, result in found:
            if isinstance(result, Adopt):
                done = Done(ref=result.hit.ref, state=result.hit.state)
                verdicts.append((parcel, _bound(work, parcel, bindings[parcel.binding_id], done)))
        settle(work, step.outbound, verdicts)
    step.settled.update(parcel.outbox_id for parcel, _ in verdicts)
    return [parcel for parcel, result in found if isinstance(result, Absent)]


def _bound(work: UnitOfWork, parcel: Parcel, binding: Binding, done: Done) -> Verdict:
    if bind(work, parcel, binding=binding, external_id=done.ref.id):
        return confirmed(done)
    return stopped(f"The ERP has it twice: {parcel.external_id} and {done.ref.id}.")
