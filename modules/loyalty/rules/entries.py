"""One posting: what it adds to each account of the ledger. Its entries sum to zero."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from core.errors import RuleBroken


class Unbalanced(RuleBroken):
    """The entries of a posting do not sum to zero."""

    code = "loyalty.unbalanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Whole points. The member's accounts are ``member`` and ``escrow``, ours are the others."""

    member: int = 0
    #: Earned, and not the member's to spend before the return window ends.
    escrow: int = 0
    #: Negative: points we brought into the world.
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    #: Forfeited by those who left.
    breakage: int = 0

    def __post_init__(self) -> None:
        if sum(astuple(self)) != 0:
            raise Unbalanced(f"{self} does not sum to zero")

    @property
    def is_nothing(self) -> bool:
        return not any(astuple(self))


def earned(points: int) -> Entries:
    return Entries(escrow=points, issued=-points)


def granted(points: int) -> Entries:
    return Entries(member=points, issued=-points)


def released(points: int) -> Entries:
    return Entries(member=points, escrow=-points)


def redeemed(points: int) -> Entries:
    return Entries(member=-points, redeemed=points)


def returned(points: int) -> Entries:
    return Entries(member=points, redeemed=-points)


def expired(points: int) -> Entries:
    return Entries(member=-points, expired=points)


def forfeited(points: int, escrow: int) -> Entries:
    return Entries(member=-points, escrow=-escrow, breakage=points + escrow)


def moved(points: int, escrow: int) -> Entries:
    """Into the account; negative: out of it. The other account has the opposite."""
    return Entries(member=points, escrow=escrow, issued=-points - escrow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Where points that are taken back come from, in this order."""

    #: Still in the lot.
    left: int
    #: Expired or forfeited already: nobody has them, so nobody owes them.
    gone: int
    #: Spent: the member owes them, and pays from other lots or from what comes.
    spent: int


def taken_back(points: int, *, left: int, gone: int) -> Taken:
    """Split ``points`` of one lot that has ``left`` and of which ``gone`` lapsed unused."""
    from_left = min(points, left)
    from_gone = min(points - from_left, gone)
    return Taken(left=from_left, gone=from_gone, spent=points - from_left - from_gone)
