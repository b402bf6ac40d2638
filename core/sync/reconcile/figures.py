"""Count, exact sums and digest of a day, gathered in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.sync.reconcile.line import Line, plain

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

    def add(self, line: Line) -> None:
        """Only lines that count."""
        self.count += 1
        if self.digest is not None:
            self.digest = (self.digest + line.digest) % _MODULUS
        if line.net is not None:
            self._sum(line.unit or "", line.net, line.net if line.total is None else line.total)

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
    """What counts of ``lines``; one pass, so that a million of them need no memory."""
    days: Days = {}
    for line in lines:
        if line.counts:
            days.setdefault(line.day, Figures()).add(line)
    return days


def altogether(days: Days) -> Figures:
    found = Figures()
    for figures in days.values():
        found.join(figures)
    return found
