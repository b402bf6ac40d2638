"""Life of a quotation, and what speaks against sending it. Pure: no session, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from core.codec import canonical
from core.states import StateMachine


class QuotationState(StrEnum):
    """Of a version; a quotation is in the state of its newest one."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    ORDERED = "ordered"
    REJECTED = "rejected"
    EXPIRED = "expired"
    #: A newer version took its place.
    REVISED = "revised"
    CANCELLED = "cancelled"


_S = QuotationState
QUOTATION_FLOW = StateMachine(
    {
        _S.DRAFT: frozenset({_S.PENDING_APPROVAL, _S.SENT, _S.CANCELLED}),
        # Refused, or taken back: it is a draft again.
        _S.PENDING_APPROVAL: frozenset({_S.APPROVED, _S.DRAFT, _S.REVISED, _S.CANCELLED}),
        _S.APPROVED: frozenset({_S.SENT, _S.REVISED, _S.CANCELLED}),
        _S.SENT: frozenset({_S.ACCEPTED, _S.REJECTED, _S.EXPIRED, _S.REVISED, _S.CANCELLED}),
        _S.ACCEPTED: frozenset({_S.ORDERED}),
    }
)
#: A new version may follow these; the last two keep their state, which is what the customer did.
REVISABLE = frozenset({_S.PENDING_APPROVAL, _S.APPROVED, _S.SENT, _S.REJECTED, _S.EXPIRED})


class Policy(StrEnum):
    """What a company makes of a doubt: ``warn`` says so and goes on, ``block`` refuses to send."""

    WARN = "warn"
    BLOCK = "block"


class Doubt(StrEnum):
    PRICE_OLD = "price_old"
    PRICE_CHANGED = "price_changed"
    STOCK_OLD = "stock_old"
    STOCK_SHORT = "stock_short"
    OVERDUE = "overdue"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that speaks against sending. ``text`` is for people."""

    doubt: Doubt
    policy: Policy
    text: str

    @property
    def blocks(self) -> bool:
        return self.policy is Policy.BLOCK


def is_old(known_until: datetime | None, *, now: datetime, most: timedelta) -> bool:
    """What nobody ever read is as old as can be."""
    return known_until is None or now - known_until > most


def is_over(valid_until: date, today: date) -> bool:
    """The last day of an offer is a day of it."""
    return today > valid_until


def seal_of(content: Mapping[str, object]) -> str:
    """SHA-256 over all a version says: what the customer saw is what was agreed."""
    return sha256(canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What two versions are compared by, per product."""

    sku: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line that differs between two versions; None: it is not in that one."""

    sku: str
    before: Piece | None
    after: Piece | None


def differences(before: Sequence[Piece], after: Sequence[Piece]) -> list[Difference]:
    """By product and, where it stands several times, by its turn; in the newer version's order."""
    old, new = _by_turn(before), _by_turn(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [
        Difference(sku=key[0], before=old.get(key), after=new.get(key))
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _by_turn(pieces: Sequence[Piece]) -> dict[tuple[str, int], Piece]:
    found: dict[tuple[str, int], Piece] = {}
    for piece in pieces:
        turn = sum(key[0] == piece.sku for key in found)
        found[piece.sku, turn] = piece
    return found
