"""What outstanding points are worth, and how many will never come back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: Points that had to end before a share of them says anything.
ENOUGH_POINTS = 1000
ENOUGH_LOTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Lots of which nothing is left: ``points`` they had, ``unused`` of them lapsed."""

    lots: int
    points: int
    unused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """Share of points nobody ever spends; None while too few lots ended to say."""

    share: Decimal | None
    sample: Ended


def breakage(ended: Ended) -> Breakage:
    if ended.lots < ENOUGH_LOTS or ended.points < ENOUGH_POINTS:
        return Breakage(share=None, sample=ended)
    share = (Decimal(ended.unused) / Decimal(ended.points)).quantize(Decimal("0.0001"))
    return Breakage(share=share, sample=ended)
