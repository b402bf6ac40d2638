"""Money: an exact amount in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.errors import RuleBroken

#: Decimal places of the currencies that do not have 2. Source: ISO 4217:2015, table A.1.
_PLACES = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


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

    def rounded(self) -> Money:
        """Round half up to the currency's own precision, as commercial invoices do."""
        step = Decimal(1).scaleb(-places(self.currency))
        return Money(self.amount.quantize(step, rounding=ROUND_HALF_UP), self.currency)

    def _like(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return other


def zero(currency: str) -> Money:
    return Money(Decimal(), currency)
