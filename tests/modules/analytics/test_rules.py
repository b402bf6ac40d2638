"""Scores equal an independent computation, beat the simple guess, and claim nothing on noise."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from uuid import UUID

import pytest

from core.ids import new_id
from modules.analytics.rules.baskets import Pair, pairs
from modules.analytics.rules.churn import Rhythm, Sign, Signs, risk
from modules.analytics.rules.evidence import chance_of, rank_share, tried
from modules.analytics.rules.pareto import Abc, Limits, heads, ranked
from modules.analytics.rules.rfm import Basis, Buyer, Rfm, scored
from modules.analytics.rules.value import ValueClass, Why, Worth, judged
from modules.analytics.services.scoring import AHEAD_DAYS, History, try_churn

TODAY = date(2026, 11, 20)


def buyers(number: int, seed: int) -> dict[UUID, Buyer]:
    draw = random.Random(seed)  # noqa: S311 - the same at every run
    return {
        new_id(): Buyer(
            days_since=draw.randrange(60),
            orders=draw.randrange(1, 9),
            revenue=Decimal(draw.randrange(-50, 300)),
        )
        for _buyer in range(number)
    }


@pytest.mark.parametrize(("number", "seed"), [(20, 1), (21, 2), (137, 3)])
def test_rfm_is_the_fifth_one_stands_in(number: int, seed: int) -> None:
    all_of_them = buyers(number, seed)
    found, basis = scored(all_of_them, enough=20)
    assert basis is Basis.RANKS

    def fifth(values: list[Decimal], mine: Decimal) -> int:
        below = sum(1 for value in values if value < mine)
        return next(score for score in (5, 4, 3, 2, 1) if below * 5 >= number * (score - 1))

    late = [Decimal(-one.days_since) for one in all_of_them.values()]
    orders = [Decimal(one.orders) for one in all_of_them.values()]
    revenue = [one.revenue for one in all_of_them.values()]
    for key, one in all_of_them.items():
        assert found[key] == Rfm(
            recency=fifth(late, Decimal(-one.days_since)),
            frequency=fifth(orders, Decimal(one.orders)),
            money=fifth(revenue, one.revenue),
        )


def test_few_customers_are_scored_by_steps_and_it_is_said() -> None:
    one = {new_id(): Buyer(days_since=90, orders=2, revenue=Decimal(10))}
    found, basis = scored(one, enough=20)
    assert basis is Basis.RULES
    assert [str(rfm) for rfm in found.values()] == ["425"]


@pytest.mark.parametrize("seed", range(5))
def test_the_first_tier_brings_eighty_per_cent_and_no_smaller_one_does(seed: int) -> None:
    amounts = {key: one.revenue for key, one in buyers(60, seed).items()}
    tiers = ranked(amounts, Limits())
    total = sum(amount for amount in amounts.values() if amount > 0)
    first = sorted((amounts[key] for key, tier in tiers.items() if tier is Abc.A), reverse=True)
    assert sum(first) * 100 >= total * 80
    assert sum(first[:-1]) * 100 < total * 80
    both = [amounts[key] for key, tier in tiers.items() if tier is not Abc.C]
    assert sum(both) * 100 >= total * 95 > (sum(both) - min(both)) * 100
    assert all(tiers[key] is Abc.C for key, amount in amounts.items() if amount <= 0)
    assert heads(amounts, Decimal(80)) == len(first)


WORTH = Worth(
    margin=None, service=Decimal(), by_margin=None, by_revenue=Abc.C,
    half=Decimal(100), half_before=Decimal(100), orders=9,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "verdict", "why"),
    [
        ({}, ValueClass.STEADY, Why.NOTHING_SPECIAL),
        ({"by_revenue": Abc.A}, ValueClass.MOST_VALUABLE, Why.A_BY_REVENUE),
        ({"by_revenue": Abc.A, "by_margin": Abc.B, "margin": Decimal(9)}, ValueClass.STEADY,
         Why.NOTHING_SPECIAL),
        ({"by_margin": Abc.A, "margin": Decimal(9)}, ValueClass.MOST_VALUABLE, Why.A_BY_MARGIN),
        ({"by_margin": Abc.A, "margin": Decimal(9), "service": Decimal(10)},
         ValueClass.BELOW_ZERO, Why.MARGIN_BELOW_COST),
        ({"half": Decimal(125)}, ValueClass.MOST_GROWABLE, Why.GROWS),
        ({"half": Decimal(125), "orders": 2}, ValueClass.STEADY, Why.NOTHING_SPECIAL),
        ({"half": Decimal(125), "half_before": Decimal()}, ValueClass.STEADY, Why.NOTHING_SPECIAL),
    ],
)  # fmt: skip
def test_three_classes_with_their_reason(
    changes: dict[str, object], verdict: ValueClass, why: Why
) -> None:
    names = WORTH.__dataclass_fields__
    worth = Worth(**({name: getattr(WORTH, name) for name in names} | changes))
    found = judged(worth, growth=Decimal(25), least_orders=3)
    assert (found.value_class, found.why) == (verdict, why)


def every(days: int, times: int, *, last: date) -> list[date]:
    return [last - timedelta(days=days * back) for back in range(times - 1, -1, -1)]


def silent(days: int, *, times: int = 5) -> Signs:
    """Bought every thirty days so often, and not for ``days`` days."""
    return Signs(bought_on=every(30, times, last=TODAY - timedelta(days)))


@pytest.mark.parametrize(
    ("signs", "typical", "points", "reasons", "rhythm"),
    [
        (silent(0), None, 0, (), Rhythm.OWN),
        (silent(60), None, 30, (Sign.GAP,), Rhythm.OWN),
        (silent(600), None, 60, (Sign.GAP,), Rhythm.OWN),
        (silent(60, times=2), 40, 15, (Sign.GAP,), Rhythm.TYPICAL),
        (silent(170, times=1), None, 0, (), Rhythm.RULE),
        (
            Signs(bought_on=[TODAY], complaints=2, is_overdue=True, dropped=True),
            None,
            40,
            (Sign.DROP, Sign.COMPLAINTS, Sign.OVERDUE),
            Rhythm.RULE,
        ),
    ],
)
def test_a_silence_is_measured_by_ones_own_rhythm(
    signs: Signs, typical: int | None, points: int, reasons: tuple[Sign, ...], rhythm: Rhythm
) -> None:
    found = risk(signs, today=TODAY, typical=typical)
    assert (found.points, found.reasons, found.rhythm) == (points, reasons, rhythm)
    assert found.gaps == len(signs.bought_on) - 1


def lives(seed: int, *, leaves: Callable[[random.Random], bool]) -> dict[UUID, History]:
    """Customers with rhythms of their own; those who leave fall silent before the trial's day."""
    draw = random.Random(seed)  # noqa: S311 - the same at every run
    found = {}
    for _customer in range(300):
        rhythm = draw.uniform(7, 80)
        gone = leaves(draw)
        day = TODAY - timedelta(days=700)
        end = TODAY - timedelta(days=AHEAD_DAYS + round(rhythm * draw.uniform(1, 4)))
        days = []
        while day <= (end if gone else TODAY):
            days.append(day)
            day += timedelta(days=max(1, round(draw.gauss(rhythm, rhythm / 4))))
        found[new_id()] = History(days=days)
    return found


def test_the_warning_beats_days_alone_on_a_split_of_time() -> None:
    trial = try_churn(lives(11, leaves=lambda draw: draw.random() < 0.3), TODAY)
    assert trial.holds
    assert trial.ranks > trial.simple_ranks + 20
    assert trial.happened > 50


def test_on_noise_the_warning_is_not_claimed() -> None:
    draw = random.Random(12)  # noqa: S311 - the same at every run
    claimed = [
        tried([(draw.random(), draw.random(), draw.random() < 0.4) for _one in range(200)]).holds
        for _trial in range(100)
    ]
    assert claimed.count(True) <= 5  # two standard errors: one in forty, and better than a guess


def test_a_few_are_too_few_to_claim() -> None:
    assert not tried([(1.0, 0.0, True)] * 19 + [(0.0, 1.0, False)] * 500).holds
    assert tried([(1.0, 0.0, True)] * 20 + [(0.0, 1.0, False)] * 500).holds


def test_ranks_are_the_share_of_pairs() -> None:
    draw = random.Random(4)  # noqa: S311 - the same at every run
    higher, lower = ([float(draw.randrange(8)) for _one in range(n)] for n in (30, 40))
    pairs_won = [(a > b) + (a == b) / 2 for a in higher for b in lower]
    assert rank_share(higher, lower) == pytest.approx(sum(pairs_won) / len(pairs_won))


def test_chance_is_the_tail_of_drawing_blindly() -> None:
    draw = random.Random(9)  # noqa: S311 - the same at every run
    deck = [True] * 10 + [False] * 20
    hit = sum(sum(draw.sample(deck, 12)) >= 6 for _time in range(20_000)) / 20_000
    assert chance_of(6, 10, 12, 30) == pytest.approx(hit, abs=0.01)
    assert chance_of(0, 10, 12, 30) == pytest.approx(1)


PRODUCTS = [UUID(int=number) for number in range(30)]


def baskets(seed: int, *, tied: bool) -> dict[UUID, set[UUID]]:
    """Everybody takes a few at random, the popular ones more; tied: 0 brings 1, and 2 brings 3."""
    draw = random.Random(seed)  # noqa: S311 - the same at every run
    found = {}
    for _customer in range(400):
        popular = [1 / (place + 1) for place in range(len(PRODUCTS))]
        basket = set(draw.choices(PRODUCTS[4:], popular[4:], k=4))
        for one, other in ((0, 1), (2, 3)):
            if draw.random() < 0.2:
                basket.add(PRODUCTS[one])
            if draw.random() < (0.7 if tied and PRODUCTS[one] in basket else 0.1):
                basket.add(PRODUCTS[other])
        found[new_id()] = basket
    return found


def test_pairs_have_the_support_confidence_and_lift_one_counts_by_hand() -> None:
    bought = baskets(21, tied=True)
    [pair] = [one for one in pairs(bought) if (one.product, one.other) == tuple(PRODUCTS[:2])]
    one = [basket for basket in bought.values() if PRODUCTS[0] in basket]
    both = [basket for basket in one if PRODUCTS[1] in basket]
    other = [basket for basket in bought.values() if PRODUCTS[1] in basket]
    assert pair.confidence == len(both) / len(one)
    assert pair.support == len(both) / 400
    assert pair.lift == pytest.approx(len(both) * 400 / (len(one) * len(other)))
    assert pair.both == len(both)


def test_cross_selling_beats_the_most_popular_and_is_silent_on_noise() -> None:
    """Learnt from earlier customers, tried on later ones: which product was hidden from it?"""
    earlier, later = baskets(31, tied=True), baskets(32, tied=True)
    learnt = pairs(earlier)
    counted = Counter(product for basket in earlier.values() for product in basket)
    tried_on = [(basket - {one}, one) for basket in later.values() for one in sorted(basket)]
    guesses = [
        (suggest(learnt, shown), next(p for p, _n in counted.most_common() if p not in shown), one)
        for shown, one in tried_on
    ]
    made = [(ours, popular, one) for ours, popular, one in guesses if ours is not None]
    assert len(made) > 50
    ours_hit = sum(ours == one for ours, _popular, one in made)
    assert ours_hit > 1.5 * sum(popular == one for _ours, popular, one in made)
    assert sum(len(pairs(baskets(seed, tied=False))) for seed in range(40, 50)) == 0


def suggest(learnt: list[Pair], shown: set[UUID]) -> UUID | None:
    fitting = [pair for pair in learnt if pair.product in shown and pair.other not in shown]
    return max(fitting, key=lambda pair: pair.confidence).other if fitting else None


def test_the_typical_rhythm_is_the_median_of_medians() -> None:
    histories = [every(days, 5, last=TODAY) for days in (10, 20, 90)]
    own = [median((b - a).days for a, b in pairwise(days)) for days in histories]
    found = risk(Signs(bought_on=[TODAY]), today=TODAY, typical=round(median(own)))
    assert found.expected_days == 20
