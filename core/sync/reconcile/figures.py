"""Count, exact sums and digest of a day, gathered in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.sync.reconcile.line import IDLE, Facts, Line, digest, plain

#: Digests are added up, so the order of the lines does not matter, in 256 bits.
_MODULUS = 2**256


@dataclass(slots=True)
class Figures:
    """What one side holds of one day. Decimals add up exactly, whatever the database does.

    ``digest`` and the totals are None where the ERP told its sums alone.
    """

    count: int = 0
    #: Net and total by currency, or by unit of measure.
    sums: dict[str, tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    digest: int | None = 0

    def add(self, facts: Facts) -> None:
        """Of a line that counts."""
        _key, _day, unit, net, total, *_rest = facts
        self.count += 1
        if self.digest is not None:
            self.digest = (self.digest + digest(facts)) % _MODULUS
        if net is not None:
            self._sum(unit or "", net, net if total is None else total)

    def join(self, other: Figures) -> None:
        self.count += other.count
        if self.digest is None or other.digest is None:
            self.digest = None
        else:
            self.digest = (self.digest + other.digest) % _MODULUS
        for unit, (net, total) in other.sums.items():
            self._sum(unit, net, total)

    def agrees(self, other: Figures) -> bool:
        """By digest, or by the sums where one side has no more than these."""
        if self.digest is not None and other.digest is not None:
            return (self.count, self.digest) == (other.count, other.digest)
        return self.adds_up(other)

    def adds_up(self, other: Figures) -> bool:
        """Whether count and net sums are the same, whatever they are of."""
        return self.count == other.count and self._nets() == other._nets()

    def _nets(self) -> dict[str, Decimal]:
        return {unit: net for unit, (net, _total) in self.sums.items() if net}

    def _sum(self, unit: str, net: Decimal, total: Decimal | None) -> None:
        before, whole = self.sums.get(unit, (Decimal(), Decimal()))
        if whole is not None:
            whole = None if total is None else whole + total
        self.sums[unit] = (before + net, whole)

    def plain(self) -> dict[str, Any]:
        """As it is frozen: decimals as text."""
        return {
            "count": self.count,
            "sums": {
                unit: {"net": plain(net), "total": None if total is None else plain(total)}
                for unit, (net, total) in sorted(self.sums.items())
            },
            "digest": None if self.digest is None else f"{self.digest:064x}",
        }


#: Figures by day; None is the one "day" of what has no date.
Days = dict[date | None, Figures]


def by_day(lines: Iterable[Line]) -> Days:
    """What counts of ``lines``."""
    return days_of(line.facts for line in lines)


def days_of(facts: Iterable[Facts]) -> Days:
    """One pass, so that a million of them need no memory."""
    days: Days = {}
    for one in facts:
        _key, day, _unit, _net, _total, state, *_rest = one
        if state not in IDLE:
            days.setdefault(day, Figures()).add(one)
    return days


def altogether(days: Days) -> Figures:
    found = Figures()
    for figures in days.values():
        found.join(figures)
    return found
