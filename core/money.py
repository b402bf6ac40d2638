"""Money: an exact amount in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from core.errors import RuleBroken

#: Decimal places of the currencies that do not have 2. Source: ISO 4217:2015, table A.1.
_PLACES = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


class Rounding(StrEnum):
    """What becomes of a half: up, away from zero, as on commercial invoices; or to the even side.

    Half to even is what some ERPs do: 0.125 becomes 0.12 there, and 0.13 elsewhere.
    """

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


_DECIMAL_ROUNDING = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}


def rounded(amount: Decimal, places: int, how: Rounding = Rounding.HALF_UP) -> Decimal:
    """The one place where amounts lose decimals."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=_DECIMAL_ROUNDING[how])


class CurrencyMismatch(RuleBroken):
    """Two amounts of different currencies met in one calculation."""

    code = "money.currency_mismatch"


def places(currency: str) -> int:
    """Decimal places commercial documents in ``currency`` (ISO 4217 code) are rounded to."""
    return _PLACES.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and the ISO 4217 code of its currency. Never a float, never a bare Decimal."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._like(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._like(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def rounded(self, how: Rounding = Rounding.HALF_UP) -> Money:
        """To the currency's own precision, half up as commercial invoices do unless ``how``."""
        return Money(rounded(self.amount, places(self.currency), how), self.currency)

    def _like(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return other


def zero(currency: str) -> Money:
    return Money(Decimal(), currency)
