"""What a voucher takes off the lines of an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.money import Money, places

#: Decimals ERPs take in a unit price.
PRICE_PLACES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    quantity: Decimal
    unit_price: Decimal
    net: Decimal


def by_percent(net: Decimal, percent: Decimal, currency: str) -> Decimal:
    return Money(net * percent / 100, currency).rounded().amount


def lowered(lines: Sequence[Line], off: Decimal, *, currency: str) -> list[Decimal]:
    """Unit prices after ``off`` in all, shared by what each line costs; never below zero.

    The last line takes what rounding left over. With quantities below a hundred the order comes
    to exactly ``off`` less.
    """
    whole = sum((line.net for line in lines), Decimal())
    left, prices = min(off, whole), list[Decimal]()
    for line in lines:
        share = _round(left * line.net / whole, places(currency)) if whole else Decimal()
        left, whole = left - share, whole - line.net
        prices.append(_price(line, line.net - share))
    return prices


def _price(line: Line, net: Decimal) -> Decimal:
    return _round(net / line.quantity, PRICE_PLACES) if line.quantity else line.unit_price


def _round(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
