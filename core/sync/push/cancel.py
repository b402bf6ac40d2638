"""Cancelling what the ERP has: by the bound id, looked up first when an earlier try is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.sync.contract import Cancels
from core.sync.documents import Document, DocumentState, SalesOrder
from core.sync.models import Binding, OutboxState
from core.sync.push.answers import about_themselves
from core.sync.push.look import look
from core.sync.push.parcel import Parcel, Verdict
from core.sync.push.round import Round
from core.sync.push.verdicts import stopped
from core.sync.values import Done, Outcome, Seen
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
    ready = sure + look(step, unsure, _compared)

    def call(items: Sequence[Parcel]) -> Sequence[Outcome]:
        return about_themselves(cancels.cancel([item.ref for item in items]), items)

    step.write("cancel", ready, call, yes=_over)


def _over(_work: UnitOfWork, _parcel: Parcel, _binding: Binding, done: Done) -> Verdict:
    if done.state is DocumentState.CANCELLED:
        return Verdict(row=OutboxState.DONE, done=done)
    return stopped(f"The ERP left it {done.state.value}.")


def _compared(_parcel: Parcel, there: Seen[Any] | None) -> Verdict | None:
    """A verdict when it is cancelled or gone; cancelling again is harmless."""
    if there is None:
        return Verdict(row=OutboxState.DONE, message=_GONE)
    body: Document | None = there.body
    if isinstance(body, SalesOrder) and body.state is DocumentState.CANCELLED:
        done = Done(ref=there.ref, state=DocumentState.CANCELLED, number=body.number)
        return Verdict(row=OutboxState.DONE, done=done)
    return None
