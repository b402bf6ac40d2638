"""Changing what the ERP has: with the version we saw, read again where that may be stale.

What the ERP holds by then is compared with what we wish and with what we believed it had. Both
sides' changes of one order are never mixed: a person sees both and chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.sync.contract import Updates
from core.sync.documents import Document, DocumentState, SalesOrder
from core.sync.errors import NotFound
from core.sync.models import Binding, OutboxState
from core.sync.push.answers import about_themselves
from core.sync.push.look import look
from core.sync.push.parcel import Parcel, Verdict
from core.sync.push.round import Round
from core.sync.push.verdicts import stopped, verdict
from core.sync.values import Done, Outcome, Seen
from core.work import UnitOfWork


def change(step: Round, parcels: Sequence[Parcel]) -> None:
    erp: object = step.endpoint
    if not isinstance(erp, Updates):
        words = "This ERP can not change it from here."
        step.settle([(parcel, stopped(words)) for parcel in parcels])
        return
    updates: Updates[Any] = erp
    stale = [parcel for parcel in parcels if _may_be_stale(parcel)]
    fresh = [parcel for parcel in parcels if not _may_be_stale(parcel)]
    ready = fresh + look(step, stale, _compared)

    def call(items: Sequence[Parcel]) -> Sequence[Outcome]:
        return about_themselves(updates.update([item.outgoing for item in items]), items)

    step.write("update", ready, call, yes=_over)


def _over(_work: UnitOfWork, _parcel: Parcel, _binding: Binding, done: Done) -> Verdict:
    return Verdict(row=OutboxState.DONE, done=done)


def _may_be_stale(parcel: Parcel) -> bool:
    """A try before this one failed, or nobody ever saw the version."""
    return parcel.unsure_since is not None or parcel.error is not None or parcel.version is None


def _compared(parcel: Parcel, there: Seen[Any] | None) -> Verdict | None:
    """A verdict when nothing is left to do, or a person must look; takes over the version."""
    if there is None:
        return verdict(parcel, NotFound(parcel.ref.id))
    body: Document | None = there.body
    if isinstance(body, SalesOrder) and body.state is DocumentState.CANCELLED:
        return stopped(f"{parcel.ref.id} was cancelled in the ERP.")
    parcel.version = there.ref.version
    if isinstance(body, SalesOrder) and isinstance(parcel.document, SalesOrder):
        if same(body, parcel.document):
            done = Done(ref=there.ref, state=body.state, number=body.number)
            return Verdict(row=OutboxState.DONE, done=done)
        if isinstance(parcel.base, SalesOrder) and not same(body, parcel.base):
            return stopped(
                f"It was changed in the ERP meanwhile. There: {told(body)}."
                f" Here: {told(parcel.base)}. Wished: {told(parcel.document)}."
            )
    return None


def same(one: SalesOrder, other: SalesOrder) -> bool:
    """The same products in the same quantities at the same prices, for the same customer."""
    return one.customer == other.customer and _ordered(one) == _ordered(other)


def told(order: SalesOrder) -> str:
    """``2 x CHAIR-01 at 10.50; 21.00 EUR net``."""
    lines = ", ".join(
        f"{line.quantity.amount.normalize():f} x {line.product} at {line.unit_price.amount:f}"
        for line in order.lines
    )
    return f"{lines}; {order.net.amount:f} {order.net.currency} net"


def _ordered(order: SalesOrder) -> list[tuple[Any, ...]]:
    return sorted(
        (line.product, line.quantity.amount, line.unit_price.amount) for line in order.lines
    )
