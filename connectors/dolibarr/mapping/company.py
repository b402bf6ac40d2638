"""What one connection fixes, and the small conversions every kind needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from core.money import Money
from core.quantity import Quantity
from core.sync.errors import Rejected

#: ``unitprice`` is stored with five decimals (measured: 0.333333 became 0.33333).
PRICE_STEP = Decimal("0.00001")
#: Columns of short text, in characters, and of notes, in bytes (measured).
SHORT, LONG_BYTES = 255, 65_535
PIECES = "C62"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """``zone`` is PHP's: the epochs of the REST API are the database's wall clock read in it."""

    id: str
    currency: str
    warehouse: str
    zone: ZoneInfo
    #: UN/ECE code to Dolibarr's number.
    units: Mapping[str, str]

    def money(self, amount: object) -> Money:
        return Money(number(amount), self.currency)

    def unit(self, number_there: object) -> str:
        """The UN/ECE code; pieces where Dolibarr names no unit, or one the map does not have."""
        codes = {number: code for code, number in self.units.items()}
        return codes.get(str(number_there or ""), PIECES)

    def quantity(self, amount: object, unit: object = None) -> Quantity:
        return Quantity(number(amount), self.unit(unit))

    def moment(self, epoch_s: object) -> datetime:
        return datetime.fromtimestamp(int(str(epoch_s)), UTC)

    def day(self, epoch_s: object) -> date | None:
        """A date is the local midnight it began with."""
        if not epoch_s:
            return None
        return self.moment(epoch_s).astimezone(self.zone).date()

    def wall_clock(self, moment: datetime) -> str:
        """As the database writes ``moment``: filters compare with its own wall clock."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")


def number(value: object) -> Decimal:
    """Exact, and without the zeros of a column: ``10.50000000`` is 10.5, and 1000 stays 1000."""
    try:
        amount = Decimal(str(value or 0)).normalize()
    except InvalidOperation:
        return Decimal(0)
    return amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount


def record_id(value: str | None, *, field: str) -> str:
    if not value or not (value.isascii() and value.isdigit()):
        raise Rejected(f"{value or 'nothing'} is no id of Dolibarr's", field=field)
    return value


def short(text: str, *, field: str) -> str:
    """A text for a column of 255 characters, as it may be sent. Raises ``Rejected``."""
    if len(text) > SHORT:
        raise Rejected(f"Dolibarr keeps {SHORT} characters here", field=field)
    return _sendable(text, field=field)


def long(text: str, *, field: str) -> str:
    """A note or a description: 64 KB in UTF-8. Line ends arrive as LF, whatever they were."""
    if len(text.encode("utf-8", "replace")) > LONG_BYTES:
        raise Rejected(f"Dolibarr keeps {LONG_BYTES} bytes here", field=field)
    return _sendable(text.replace("\r\n", "\n").replace("\r", "\n"), field=field)


def _sendable(text: str, *, field: str) -> str:
    """XML 1.0 has no form for control characters and half characters (its ``Char``)."""
    for sign in text:
        code = ord(sign)
        if (code < 0x20 and sign not in "\t\n\r") or 0xD800 <= code < 0xE000 or code in _NONE:
            raise Rejected(f"a character can not be sent: U+{code:04X}", field=field)
    return text


_NONE = frozenset({0xFFFE, 0xFFFF})
