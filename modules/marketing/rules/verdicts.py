"""Which variant won, and whether that says anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Below this, chance alone moves a share by several per cent.
SMALL = 100
#: A difference that chance brings about less often than this counts as one.
_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Tried:
    """``hits`` of ``sent``; of revenue, minor units and no shares."""

    label: str
    sent: int
    hits: int


@dataclass(frozen=True, slots=True)
class Verdict:
    winner: str
    #: How often chance alone brings a difference this large; None where that can not be told.
    chance: float | None
    is_small: bool

    @property
    def is_sure(self) -> bool:
        return self.chance is not None and self.chance < _SURE and not self.is_small


def verdict(tried: Sequence[Tried], *, are_shares: bool = True) -> Verdict:
    """The best by hits per mail; the first of equals. ``tried`` has at least one."""
    ranked = sorted(tried, key=lambda one: (-_share(one), one.label))
    first = ranked[0]
    is_small = min(one.sent for one in tried) < SMALL
    if len(ranked) == 1 or not are_shares:
        return Verdict(first.label, None, is_small)
    return Verdict(first.label, _chance(first, ranked[1]), is_small)


def _share(one: Tried) -> float:
    return one.hits / one.sent if one.sent else 0.0


def _chance(one: Tried, other: Tried) -> float | None:
    """Two-sided p of the two-proportion z-test with pooled variance."""
    if not one.sent or not other.sent:
        return None
    pooled = (one.hits + other.hits) / (one.sent + other.sent)
    variance = pooled * (1 - pooled) * (1 / one.sent + 1 / other.sent)
    if variance <= 0:
        return 1.0
    distance = abs(_share(one) - _share(other)) / math.sqrt(variance)
    return math.erfc(distance / math.sqrt(2))
