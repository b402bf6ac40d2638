"""The draft protocol: draft, bind the id by compare-and-set, compare, confirm the bound id.

Safe without clocks and leases, whatever dies where and whoever else is at it: only the bound id is
ever confirmed, a second draft is discarded, and confirming twice is harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import structlog

from core.sync.contract import Drafts, Finds
from core.sync.documents import DocumentState
from core.sync.errors import SyncError
from core.sync.models import Binding, OutboxState
from core.sync.push.adopt import Absent, Adopt, Elsewhere, Unclear, finding
from core.sync.push.answers import about_themselves, owners_of
from core.sync.push.attempts import resolve
from core.sync.push.claim import Route
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.round import Round
from core.sync.push.settle import bind, locked_bindings, settle, unbind
from core.sync.push.verdicts import confirmed, stopped
from core.sync.values import Done, Found, Outcome, Ref
from core.work import UnitOfWork

log = structlog.get_logger()


class TwoStep(Drafts[Any], Finds, Protocol):
    """What the protocol needs of an endpoint."""


def deliver(step: Round, erp: TwoStep, parcels: Sequence[Parcel]) -> None:
    known = [parcel for parcel in parcels if parcel.may_be_there]
    fresh = [parcel for parcel in parcels if not parcel.may_be_there]
    ready, absent = look(step, erp, known)
    drafted = [] if step.locked_out else draft(step, erp, fresh + absent)
    if drafted:
        ready += look(step, erp, drafted)[0]
    confirm(step, erp, ready)


def look(step: Round, erp: TwoStep, parcels: Sequence[Parcel]) -> tuple[list[Parcel], list[Parcel]]:
    """Find the records over there; answers the drafts to confirm and the records that are absent.

    What is confirmed already, or is not what we sent, is settled here.
    """
    hits = step.find(parcels) if parcels else None
    if hits is None:
        return [], []
    found = [
        (parcel, finding(parcel, hits[parcel.reference], tolerance=step.tolerance))
        for parcel in parcels
    ]
    absent = [parcel for parcel, result in found if isinstance(result, Absent)]
    unclear = [(p, stopped(result.words)) for p, result in found if isinstance(result, Unclear)]
    adopted = [(p, result) for p, result in found if isinstance(result, Adopt)]
    elsewhere = [parcel for parcel, result in found if isinstance(result, Elsewhere)]
    with step.context.write() as work:
        resolve(work, parcels)
        ready, strays, over = _adopt(work, step.route, adopted)
        verdicts = unclear + over + unbind(work, elsewhere)
        settle(work, step.outbound, verdicts)
    step.settled.update(parcel.outbox_id for parcel, _ in verdicts)
    discard(erp, strays)
    return ready, absent


def _adopt(
    work: UnitOfWork, route: Route, adopted: Sequence[tuple[Parcel, Adopt]]
) -> tuple[list[Parcel], list[Ref], Verdicts]:
    """Bind the hits; answers the drafts to confirm, the strays, and what needs no more steps."""
    bindings = locked_bindings(work, [parcel for parcel, _ in adopted])
    owners = owners_of(work, route, [result.hit.ref.id for _, result in adopted])
    ready: list[Parcel] = []
    strays: list[Ref] = []
    over: Verdicts = []
    for parcel, result in adopted:
        hit, binding = result.hit, bindings[parcel.binding_id]
        if owners.get(hit.ref.id, binding.id) != binding.id:
            words = f"The ERP's {hit.ref.id} carries our reference and belongs to another record."
            over.append((parcel, stopped(words)))
            continue
        if not bind(work, parcel, binding=binding, external_id=hit.ref.id):
            # Somebody bound another one since the claim: the next round looks at that one.
            over.append((parcel, Verdict(row=OutboxState.QUEUED)))
            continue
        parcel.version = hit.ref.version
        strays += result.strays
        if hit.state is DocumentState.CONFIRMED:
            over.append((parcel, confirmed(_as_done(hit))))
        else:
            ready.append(parcel)
    return ready, strays, over


def draft(step: Round, erp: TwoStep, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Create drafts and bind them; answers those that are bound now, be it by somebody else."""
    strays: list[Ref] = []

    def bound(work: UnitOfWork, parcel: Parcel, binding: Binding, done: Done) -> None:
        if bind(work, parcel, binding=binding, external_id=done.ref.id):
            parcel.version = done.ref.version
        else:
            strays.append(done.ref)

    drafted = step.write(
        "draft", parcels, lambda items: erp.draft([item.outgoing for item in items]), yes=bound
    )
    discard(erp, strays)
    return drafted


def confirm(step: Round, erp: TwoStep, parcels: Sequence[Parcel]) -> None:
    def over(_work: UnitOfWork, _parcel: Parcel, _binding: Binding, done: Done) -> Verdict:
        if done.state is DocumentState.CONFIRMED:
            return confirmed(done)
        return stopped(f"The ERP left it {done.state.value}.")

    def call(items: Sequence[Parcel]) -> Sequence[Outcome]:
        return about_themselves(erp.confirm([item.ref for item in items]), items)

    if not step.locked_out:
        step.write("confirm", parcels, call, yes=over)


def discard(erp: TwoStep, strays: Sequence[Ref]) -> None:
    """Drafts of ours that nothing is bound to. What fails here is left to the sweep of strays."""
    if not strays:
        return
    try:
        erp.discard(strays)
    except SyncError as error:
        log.warning("strays.left", ids=[ref.id for ref in strays], reason=str(error))
    except Exception:  # a border: a stranger's code
        log.exception("connector.failed", verb="discard")


def _as_done(hit: Found) -> Done:
    return Done(ref=hit.ref, state=hit.state)
