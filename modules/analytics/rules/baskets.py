"""What is bought together: more of the same line, or of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from modules.analytics.rules.evidence import chance_of

#: Customers who bought both, before that says anything.
ENOUGH_BOTH = 5
#: By how much more often than by chance.
LEAST_LIFT = 1.2
#: Chance of one false claim in all that are made.
FALSE_CLAIMS = 0.05
#: Products that are looked at: those with most buyers.
MOST_PRODUCTS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Who bought ``product`` bought ``other`` too: ``both`` of ``buyers``, of ``everybody``."""

    product: UUID
    other: UUID
    both: int
    buyers: int
    other_buyers: int
    everybody: int

    @property
    def confidence(self) -> float:
        return self.both / self.buyers

    @property
    def support(self) -> float:
        return self.both / self.everybody

    @property
    def lift(self) -> float:
        return self.confidence * self.everybody / self.other_buyers


def pairs(baskets: Mapping[UUID, Set[UUID]]) -> list[Pair]:
    """``baskets`` are the products per customer; each pair that chance does not explain, twice.

    The chance of any false claim is held by dividing it by the number of pairs (Bonferroni).
    """
    buyers = Counter(product for basket in baskets.values() for product in basket)
    looked_at = {product for product, _number in buyers.most_common(MOST_PRODUCTS)}
    together: Counter[tuple[UUID, UUID]] = Counter()
    for basket in baskets.values():
        together.update(combinations(sorted(basket & looked_at), 2))
    tests = max(1, len(looked_at) * (len(looked_at) - 1) // 2)
    found = []
    for (one, other), both in together.items():
        pair = Pair(
            product=one,
            other=other,
            both=both,
            buyers=buyers[one],
            other_buyers=buyers[other],
            everybody=len(baskets),
        )
        if _tells(pair, tests):
            found += [pair, _turned(pair)]
    return sorted(found, key=lambda pair: (pair.product, pair.other))


def _tells(pair: Pair, tests: int) -> bool:
    if pair.both < ENOUGH_BOTH or pair.lift < LEAST_LIFT:
        return False
    chance = chance_of(pair.both, pair.buyers, pair.other_buyers, pair.everybody)
    return chance * tests < FALSE_CLAIMS


def _turned(pair: Pair) -> Pair:
    return Pair(
        product=pair.other,
        other=pair.product,
        both=pair.both,
        buyers=pair.other_buyers,
        other_buyers=pair.buyers,
        everybody=pair.everybody,
    )
