"""What one connection fixes: company, currency, warehouse and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.tryton.rows import Row
from core.quantity import Quantity
from core.sync.errors import Rejected

#: Tryton's unit symbols and their UN/ECE Recommendation 20 codes. Symbols: trytond_product 8.2,
#: ``uom.xml``. A symbol that is missing here goes through the connection's own map of units.
CODES = {
    "u": "C62",
    "kg": "KGM",
    "g": "GRM",
    "t": "TNE",
    "c": "CTM",
    "lb": "LBR",
    "oz": "ONZ",
    "s": "SEC",
    "min": "MIN",
    "h": "HUR",
    "d": "DAY",
    "m": "MTR",
    "km": "KMT",
    "cm": "CMT",
    "mm": "MMT",
    "ft": "FOT",
    "yd": "YRD",
    "in": "INH",
    "mi": "SMI",
    "m³": "MTQ",
    "l": "LTR",
    "cm³": "CMQ",
    "in³": "INQ",
    "ft³": "FTQ",
    "gal": "GLL",
    "m²": "MTK",
    "cm²": "CMK",
    "a": "ARE",
    "ha": "HAR",
    "in²": "INK",
    "ft²": "FTK",
    "yd²": "YDK",
    "J": "JOU",
    "MJ": "3B",
    "kW⋅h": "KWH",
    "MW⋅h": "MWH",
}
#: Quantities are floats over there; six places are what we keep, and far above their noise.
_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    id: int
    code: str
    category: int
    #: Decimals the ERP takes in a quantity of it.
    digits: int
    #: How many of the category's own unit one of these is: a kilogram is 1, a gram 0.001.
    factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    id: str
    currency: str
    currency_id: int
    #: The company itself is a party over there, and no customer.
    party: int
    warehouse: int
    units: Mapping[int, Unit]

    def unit(self, number: int | None) -> Unit | None:
        return self.units.get(number) if number is not None else None

    def code(self, number: int | None) -> str:
        """The UN/ECE code of a unit; a piece where the ERP names none."""
        unit = self.unit(number)
        return unit.code if unit else "C62"

    def unit_id(self, code: str, *, field: str) -> int:
        for unit in self.units.values():
            if unit.code == code:
                return unit.id
        raise Rejected(f"Tryton has no unit for {code}: add it to the connection", field=field)

    def quantity(self, amount: Decimal | float | None, unit: int | None) -> Quantity:
        exact = Decimal(str(amount or 0)).quantize(_STEP)
        return Quantity(trimmed(exact), self.code(unit))


def trimmed(amount: Decimal) -> Decimal:
    """Without trailing zeros, and never in exponents: 1000, not 1E+3."""
    plain = amount.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral() else plain


def units_of(rows: Sequence[Row], own: Mapping[str, str]) -> dict[int, Unit]:
    """``own`` is the connection's map, UN/ECE code to symbol; it wins over the table.

    A unit neither knows keeps its symbol as its code, so that nothing pulled is lost.
    """
    codes: dict[str, str] = {**CODES, **{symbol: code for code, symbol in own.items()}}
    return {
        row["id"]: Unit(
            id=row["id"],
            code=codes.get(row["symbol"], str(row["symbol"])),
            category=row["category"],
            digits=row["digits"],
            factor=Decimal(str(row["factor"])),
        )
        for row in rows
    }
