"""How an ERP rounds and adds up taxes. Pure: a total said here has to be the total billed there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.money import Rounding


class TaxedOn(StrEnum):
    """What a tax is computed on."""

    #: Per tax, the sum of its lines' rounded amounts; rounded once.
    ROUNDED_LINES = "rounded_lines"
    #: Per set of taxes that stand on a line together, the lines' exact amounts; each tax is rounded
    #: once per set, and what the roundings of a set add up to beyond a half step is taken back.
    EXACT_GROUPS = "exact_groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    rounding: Rounding = Rounding.HALF_UP
    taxed_on: TaxedOn = TaxedOn.ROUNDED_LINES


#: Half up, taxes on rounded lines: where no ERP says otherwise.
COMMERCIAL = Arithmetic()
