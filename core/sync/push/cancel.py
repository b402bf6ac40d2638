"""Cancelling what the ERP has: by the bound id, looked up first when an earlier try is in doubt."""

from __future__ import annotations

from collections.abc import Sequence

from core.sync.contract import Cancels, Reads
from core.sync.documents import DocumentState, SalesOrder
from core.sync.models import Binding, OutboxState
from core.sync.push.answers import about_themselves
from core.sync.push.attempts import resolve
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.round import Round
from core.sync.push.settle import settle
from core.sync.push.verdicts import stopped
from core.sync.values import Done, Outcome
from core.work import UnitOfWork

_GONE = "The ERP no longer has it."


def cancel(step: Round, parcels: Sequence[Parcel]) -> None:
    erp: object = step.endpoint
    if not isinstance(erp, Cancels):
        words = "This ERP can not cancel from here."
        step.settle([(parcel, stopped(words)) for parcel in parcels])
        return
    cancels: Cancels = erp
    unsure = [parcel for parcel in parcels if parcel.unsure_since is not None]
    sure = [parcel for parcel in parcels if parcel.unsure_since is None]
    ready = sure + _look(step, unsure)

    def call(items: Sequence[Parcel]) -> Sequence[Outcome]:
        return about_themselves(cancels.cancel([item.ref for item in items]), items)

    step.write("cancel", ready, call, yes=_over)


def _over(_work: UnitOfWork, _parcel: Parcel, _binding: Binding, done: Done) -> Verdict:
    if done.state is DocumentState.CANCELLED:
        return Verdict(row=OutboxState.DONE, done=done)
    return stopped(f"The ERP left it {done.state.value}.")


def _look(step: Round, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Answers what is to be cancelled (again): repeating it is harmless where nobody can look."""
    erp: object = step.endpoint
    if not parcels or not isinstance(erp, Reads):
        return list(parcels)
    seen = step.read(erp, parcels)
    if seen is None:
        return []
    verdicts: Verdicts = []
    left: list[Parcel] = []
    for parcel in parcels:
        there = seen.get(parcel.ref.id)
        if there is None:
            verdicts.append((parcel, Verdict(row=OutboxState.DONE, message=_GONE)))
        elif isinstance(there.body, SalesOrder) and there.body.state is DocumentState.CANCELLED:
            done = Done(ref=there.ref, state=DocumentState.CANCELLED, number=there.body.number)
            verdicts.append((parcel, Verdict(row=OutboxState.DONE, done=done)))
        else:
            left.append(parcel)
    with step.context.write() as work:
        resolve(work, parcels)
        settle(work, step.outbound, verdicts)
    step.settled.update(parcel.outbox_id for parcel, _ in verdicts)
    return left
