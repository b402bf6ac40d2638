"""A record of ours was looked for over there: which of the hits is it, if any?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import Money
from core.sync.documents import Document, DocumentState, SalesOrder
from core.sync.push.parcel import Parcel
from core.sync.values import Found, Ref

#: Difference per line between our net and the ERP's that rounding explains.
TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """``hit`` is ours; ``strays`` are drafts beside it, to be discarded."""

    hit: Found
    strays: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing over there carries the reference."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A person must look; ``words`` say why."""

    words: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The id we were just given carries another reference; ours is another record over there."""


Finding = Adopt | Absent | Elsewhere | Unclear


def finding(parcel: Parcel, hits: Sequence[Found], *, tolerance: Decimal = TOLERANCE) -> Finding:
    """``hits`` all carry exactly the parcel's reference."""
    alive = [hit for hit in hits if hit.state is not DocumentState.CANCELLED]
    past_draft = [hit for hit in alive if hit.state is not DocumentState.DRAFT]
    if len(past_draft) > 1:
        ids = ", ".join(sorted(hit.ref.id for hit in past_draft))
        return Unclear(f"The ERP has it {len(past_draft)} times: {ids}.")
    if parcel.external_id is not None:
        candidates = [hit for hit in alive if hit.ref.id == parcel.external_id]
        if not candidates:
            known = any(hit.ref.id == parcel.external_id for hit in hits)
            given = parcel.bound_now and not known and alive
            return Elsewhere() if given else Unclear(_gone(parcel, hits))
        if past_draft and past_draft != candidates:
            return Unclear(f"The ERP has it twice: {past_draft[0].ref.id} is not the one we made.")
    elif not hits:
        return Absent()
    else:
        candidates = past_draft or sorted(alive, key=_age)
    return _best(parcel, candidates, alive, tolerance)


def _best(
    parcel: Parcel, candidates: Sequence[Found], alive: Sequence[Found], tolerance: Decimal
) -> Finding:
    if not candidates:
        return Unclear("The ERP has it, and it is cancelled there.")
    for hit in candidates:
        if matches(parcel.document, hit, tolerance=tolerance):
            others = (one for one in alive if one.state is DocumentState.DRAFT and one != hit)
            return Adopt(hit=hit, strays=tuple(one.ref for one in others))
    return Unclear(difference(parcel.document, candidates[0]))


def _gone(parcel: Parcel, hits: Sequence[Found]) -> str:
    if any(hit.ref.id == parcel.external_id for hit in hits):
        return f"{parcel.external_id} was cancelled in the ERP."
    return f"{parcel.external_id} is no longer in the ERP."


def _age(hit: Found) -> tuple[int, str]:
    """Ids grow: the shorter, then the smaller, is the older."""
    return len(hit.ref.id), hit.ref.id


def matches(document: Document | None, hit: Found, *, tolerance: Decimal = TOLERANCE) -> bool:
    """Same customer and, but for rounding, same net. Only orders have both."""
    if not isinstance(document, SalesOrder):
        return True
    return hit.customer == document.customer and _close(
        document.net, hit.net, tolerance * max(len(document.lines), 1)
    )


def difference(document: Document | None, hit: Found) -> str:
    ours = document if isinstance(document, SalesOrder) else None
    if ours is None or hit.customer != ours.customer:
        return f"The ERP holds {hit.ref.id} for another customer ({hit.customer})."
    return (
        f"The ERP holds {hit.ref.id} with {hit.net.amount} {hit.net.currency} net;"
        f" ours is {ours.net.amount} {ours.net.currency}."
    )


def _close(ours: Money, theirs: Money, allowed: Decimal) -> bool:
    return ours.currency == theirs.currency and abs(ours.amount - theirs.amount) <= allowed
