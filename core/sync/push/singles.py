"""Records sent in one step: by a key the ERP enforces, or by creating and looking afterwards.

Where the ERP can not even be looked at, what is in doubt is left to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from core.clock import utcnow
from core.sync.contract import Creates, Updates, Upserts
from core.sync.documents import SalesOrder
from core.sync.models import Binding, DeliveryState, OutboxState
from core.sync.push.adopt import Absent, Adopt, Elsewhere, Unclear, finding
from core.sync.push.answers import owners_of, read_back
from core.sync.push.attempts import Call, resolve
from core.sync.push.claim import LEASE
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.round import Round
from core.sync.push.settle import bind, locked_bindings, settle, unbind
from core.sync.push.verdicts import confirmed, not_shown, stopped, unknown
from core.sync.values import Done, Outcome
from core.work import UnitOfWork

#: A request whose end nobody saw may still be carried out. Before this has passed, finding nothing
#: proves nothing: lease and request time-out, with room.
QUARANTINE = LEASE


def upsert(step: Round, erp: Upserts[Any], parcels: Sequence[Parcel]) -> None:
    def call(items: Sequence[Parcel]) -> Sequence[Outcome]:
        return read_back(erp, erp.upsert([parcel.outgoing for parcel in items]), items)

    step.write("upsert", parcels, call, yes=_bound)


def create(step: Round, erp: Creates[Any], parcels: Sequence[Parcel]) -> None:
    """What is bound is updated where the ERP can; what may be there is looked for first.

    What was created is looked for, too: its customer and total are compared, a double shows at
    once, and an answer that named another record binds nothing.
    """
    made = [parcel for parcel in parcels if _is_made(parcel)]
    bound = [p for p in parcels if p.external_id is not None and not _is_made(p)]
    unsure = [p for p in parcels if p.external_id is None and p.unsure_since is not None]
    fresh = [p for p in parcels if p.external_id is None and p.unsure_since is None]
    _update(step, erp, bound)
    fresh += _look(step, made + _out_of_quarantine(step, unsure))
    if not step.locked_out:
        _look(step, step.write("create", fresh, _creating(erp), yes=_acknowledged))


def create_blindly(step: Round, erp: Creates[Any], parcels: Sequence[Parcel]) -> None:
    """At most once, as an admin accepted: what may have arrived is never sent again by itself."""
    _update(step, erp, [parcel for parcel in parcels if parcel.external_id is not None])
    unbound = [parcel for parcel in parcels if parcel.external_id is None]
    unsure = [parcel for parcel in unbound if parcel.unsure_since is not None]
    words = "whoever sent it was interrupted."
    step.settle([(parcel, unknown(words)) for parcel in unsure])
    fresh = [parcel for parcel in unbound if parcel.unsure_since is None]

    def call(items: Sequence[Parcel]) -> Sequence[Outcome]:
        return read_back(erp, erp.create([parcel.outgoing for parcel in items]), items)

    if not step.locked_out:
        step.write("create", fresh, call, yes=_bound)


def _creating(erp: Creates[Any]) -> Call:
    return lambda items: erp.create([parcel.outgoing for parcel in items])


def _is_made(parcel: Parcel) -> bool:
    """Created and answered, and nobody looked yet. Only of orders a look tells all there is."""
    bound = parcel.external_id is not None and parcel.acknowledged
    return bound and isinstance(parcel.document, SalesOrder)


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
    shown = [one for one in parcels if one.external_id is None or hits[one.reference]]
    late = [one for one in parcels if one.external_id is not None and not hits[one.reference]]
    found = [(p, finding(p, hits[p.reference], tolerance=step.tolerance)) for p in shown]
    verdicts: Verdicts = [(p, stopped(r.words)) for p, r in found if isinstance(r, Unclear)]
    verdicts += [(parcel, not_shown(parcel)) for parcel in late]
    adopted = [(parcel, result) for parcel, result in found if isinstance(result, Adopt)]
    with step.context.write() as work:
        locked_bindings(work, parcels)
        resolve(work, parcels)
        verdicts += unbind(work, [p for p, result in found if isinstance(result, Elsewhere)])
        verdicts += _adopt(work, step, adopted)
        settle(work, step.outbound, verdicts)
    step.settled.update(parcel.outbox_id for parcel, _ in verdicts)
    return [parcel for parcel, result in found if isinstance(result, Absent)]


def _adopt(work: UnitOfWork, step: Round, adopted: Sequence[tuple[Parcel, Adopt]]) -> Verdicts:
    bindings = locked_bindings(work, [parcel for parcel, _ in adopted])
    owners = owners_of(work, step.route, [result.hit.ref.id for _, result in adopted])
    verdicts: Verdicts = []
    for parcel, result in adopted:
        ref, binding = result.hit.ref, bindings[parcel.binding_id]
        if owners.get(ref.id, binding.id) == binding.id:
            done = Done(ref=ref, state=result.hit.state)
            verdicts.append((parcel, _bound(work, parcel, binding, done)))
        else:
            words = f"The ERP's {ref.id} carries our reference and belongs to another record."
            verdicts.append((parcel, stopped(words)))
    return verdicts


def _acknowledged(work: UnitOfWork, parcel: Parcel, binding: Binding, done: Done) -> Verdict | None:
    """Bound; what it is like over there is looked at next. Of other records nothing is."""
    said = _bound(work, parcel, binding, done)
    binding.number = done.number or binding.number
    there = said.row is OutboxState.DONE and isinstance(parcel.document, SalesOrder)
    return None if there else said


def _bound(work: UnitOfWork, parcel: Parcel, binding: Binding, done: Done) -> Verdict:
    if bind(work, parcel, binding=binding, external_id=done.ref.id):
        return confirmed(done)
    return stopped(f"The ERP has it twice: {parcel.external_id} and {done.ref.id}.")
