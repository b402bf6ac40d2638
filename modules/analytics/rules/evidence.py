"""Whether a score tells anything: tried on the past, against the simplest guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt

#: Of each outcome, before a trial says anything.
ENOUGH_EACH = 20
#: How many standard errors a score has to be above chance, and above the simple guess.
SURE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """``ranks`` is the share of pairs the score orders rightly (0.5 is chance), as per mille."""

    #: Customers tried, and of them those to whom it happened.
    sample: int
    happened: int
    ranks: int
    #: The same for the simplest guess.
    simple_ranks: int
    holds: bool


def tried(scores: Sequence[tuple[float, float, bool]]) -> Trial:
    """Each is the score, the simple guess, and whether it happened; more means likelier."""
    yes = [one for one in scores if one[2]]
    no = [one for one in scores if not one[2]]
    ours = rank_share([one[0] for one in yes], [one[0] for one in no])
    simple = rank_share([one[1] for one in yes], [one[1] for one in no])
    error = _error(len(yes), len(no))
    enough = min(len(yes), len(no)) >= ENOUGH_EACH
    return Trial(
        sample=len(scores),
        happened=len(yes),
        ranks=round(ours * 1000),
        simple_ranks=round(simple * 1000),
        holds=enough and ours - 0.5 > SURE * error and ours > simple,
    )


def rank_share(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The share of pairs in which the first is higher; equal ones count half (AUC)."""
    if not higher or not lower:
        return 0.5
    merged = sorted([(value, 1) for value in higher] + [(value, 0) for value in lower])
    won, below, place = 0.0, 0, 0
    while place < len(merged):
        end = place
        while end < len(merged) and merged[end][0] == merged[place][0]:
            end += 1
        ups = sum(one for _value, one in merged[place:end])
        downs = end - place - ups
        won += ups * (below + downs / 2)
        below, place = below + downs, end
    return won / (len(higher) * len(lower))


def chance_of(both: int, with_one: int, with_other: int, everybody: int) -> float:
    """That so many have both by chance alone: the upper tail of the hypergeometric."""
    most = min(with_one, with_other)
    return min(1.0, sum(_draws(k, with_one, with_other, everybody) for k in range(both, most + 1)))


def _draws(both: int, with_one: int, with_other: int, everybody: int) -> float:
    if with_other - both > everybody - with_one:
        return 0.0
    return exp(
        _choose(with_one, both)
        + _choose(everybody - with_one, with_other - both)
        - _choose(everybody, with_other)
    )


def _choose(of: int, take: int) -> float:
    return lgamma(of + 1) - lgamma(take + 1) - lgamma(of - take + 1)


def _error(yes: int, no: int) -> float:
    """Of a rank share around chance (Mann and Whitney)."""
    return sqrt((yes + no + 1) / (12 * yes * no)) if yes and no else 1.0
