"""Shares and means that say how many they rest on."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

#: Fewer ratings than this are told as what they are: single voices.
ENOUGH = 5


def share(part: int, whole: int) -> int | None:
    """Whole per cent, rounded half up; None of nothing."""
    if not whole:
        return None
    return int((Decimal(100 * part) / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shown_score(total: int, number: int) -> Decimal | None:
    """The mean with one digit behind the point; None when too few said anything."""
    if number < ENOUGH:
        return None
    return (Decimal(total) / number).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
