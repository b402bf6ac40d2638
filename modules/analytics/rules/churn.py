"""Who may be leaving: measured against the customer's own rhythm, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median

#: Gaps between purchases before a customer has a rhythm of their own.
OWN_GAPS = 3
#: Days without a purchase that warn where nobody's rhythm is known.
SILENT_DAYS = 180


class Sign(StrEnum):
    GAP = "gap"
    DROP = "drop"
    COMPLAINTS = "complaints"
    OVERDUE = "overdue"


class Rhythm(StrEnum):
    """Whose gaps the customer is measured against."""

    OWN = "own"
    #: The company's typical one, since the customer bought too rarely to have one.
    TYPICAL = "typical"
    #: A fixed number of days, since nobody's is known.
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of one customer. ``bought_on`` are days, ascending, each once."""

    bought_on: Sequence[date]
    complaints: int = 0
    is_overdue: bool = False
    #: Revenue of the last quarter is below half of the quarter before.
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """``points`` of 100. ``gaps`` is the sample: how many of their own gaps it rests on."""

    points: int
    reasons: tuple[Sign, ...]
    rhythm: Rhythm
    gaps: int
    #: Days since the last purchase, and those one would expect between two.
    days_since: int
    expected_days: int


def gaps_of(bought_on: Sequence[date]) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(bought_on)]


def typical_gap(histories: Sequence[Sequence[date]]) -> int | None:
    """The median of the customers' own medians; None where nobody has a rhythm."""
    own = [median(gaps) for days in histories if len(gaps := gaps_of(days)) >= OWN_GAPS]
    return round(median(own)) if own else None


def risk(signs: Signs, *, today: date, typical: int | None) -> Risk:
    """Up to 60 for a gap of three times the expected, 20 for a drop, 10 each for the others."""
    gaps = gaps_of(signs.bought_on)
    expected, rhythm = _expected(gaps, typical)
    since = (today - signs.bought_on[-1]).days
    found = {
        Sign.GAP: lateness(since, expected),
        Sign.DROP: 20 if signs.dropped else 0,
        Sign.COMPLAINTS: 10 if signs.complaints else 0,
        Sign.OVERDUE: 10 if signs.is_overdue else 0,
    }
    return Risk(
        points=min(100, sum(found.values())),
        reasons=tuple(sign for sign, points in found.items() if points),
        rhythm=rhythm,
        gaps=len(gaps),
        days_since=since,
        expected_days=expected,
    )


def lateness(since: int, expected: int) -> int:
    """0 until the expected day; 60 at three times it, and not more."""
    ratio = min(3.0, since / max(1, expected))
    return round(30 * max(0.0, ratio - 1))


def _expected(gaps: Sequence[int], typical: int | None) -> tuple[int, Rhythm]:
    if len(gaps) >= OWN_GAPS:
        return max(1, round(median(gaps))), Rhythm.OWN
    if typical is not None:
        return max(1, typical), Rhythm.TYPICAL
    return SILENT_DAYS, Rhythm.RULE
