"""What points, tiers and codes follow from."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from core.ids import new_id
from modules.loyalty.rules import codes
from modules.loyalty.rules.discounts import Line, lowered
from modules.loyalty.rules.earning import Bought, Paid, Terms, points_of, to_take_back
from modules.loyalty.rules.liability import Ended, breakage
from modules.loyalty.rules.states import Scope, Standing
from modules.loyalty.rules.tiers import (
    NOWHERE,
    Periods,
    Place,
    Rung,
    Step,
    add_months,
    following,
    next_place,
    reached,
)

BELL, LAMP = new_id(), new_id()
PAID = Paid(
    currency="EUR",
    net=Decimal("99.90"),
    issued_on=date(2026, 3, 2),
    lines=[
        Bought(product_id=BELL, quantity=Decimal(3), net=Decimal(60)),
        Bought(product_id=LAMP, quantity=Decimal(1), net=Decimal("39.90")),
    ],
)
TERMS = Terms(scope=Scope.AMOUNT, points=Decimal(1), currency="EUR")


@pytest.mark.parametrize(
    ("changes", "percent", "points"),
    [
        ({}, 100, 99),
        ({}, 150, 149),
        ({"points": Decimal("0.1")}, 100, 9),
        ({"currency": "VND"}, 100, 0),
        ({"minimum": Decimal(100)}, 100, 0),
        ({"scope": Scope.PRODUCT, "product_id": BELL, "points": Decimal(5)}, 100, 15),
        ({"scope": Scope.PRODUCT, "product_id": new_id()}, 100, 0),
        ({"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 2)}, 100, 99),
        ({"starts_on": date(2026, 3, 3)}, 100, 0),
        ({"ends_on": date(2026, 3, 1)}, 100, 0),
    ],
)
def test_points_of_an_invoice(changes: dict[str, object], percent: int, points: int) -> None:
    assert points_of(PAID, replace(TERMS, **changes), percent=percent) == points  # type: ignore[arg-type]  # a table of its fields


@pytest.mark.parametrize(
    ("points", "credited", "total", "back"),
    [
        (100, "0", "120", 0),
        (100, "12", "120", 10),
        (100, "39.6", "120", 33),
        (100, "39.7", "120", 34),
        (378, "366", "453.6", 305),
        (100, "120", "120", 100),
        (100, "500", "120", 100),
        (100, "1", "0", 100),
    ],
)
def test_what_is_taken_back(points: int, credited: str, total: str, back: int) -> None:
    assert to_take_back(points, credited=Decimal(credited), total=Decimal(total)) == back


SILVER, GOLD = Rung(UUID(int=1), 100), Rung(UUID(int=2), 500)
LADDER = (SILVER, GOLD)
PERIODS = Periods(qualify_months=12, grace_days=30)
MAY, LATE = date(2026, 5, 10), date(2026, 5, 9)


def at(rung: Rung, until: date, standing: Standing = Standing.QUALIFIED) -> Place:
    return Place(rung=rung, standing=standing, until=until, since=date(2025, 5, 10))


@pytest.mark.parametrize(
    ("place", "points", "step", "rung", "until"),
    [
        (NOWHERE, 99, None, None, None),
        (NOWHERE, 100, Step.REACHED, SILVER, date(2027, 5, 10)),
        (at(SILVER, date(2026, 8, 1)), 500, Step.REACHED, GOLD, date(2027, 5, 10)),
        (at(GOLD, date(2026, 8, 1)), 0, None, GOLD, None),
        (at(GOLD, MAY), 0, None, GOLD, None),
        (at(GOLD, date(2026, 5, 9)), 500, Step.KEPT, GOLD, date(2027, 5, 10)),
        (at(GOLD, date(2026, 5, 9)), 100, Step.GRACE, GOLD, date(2026, 6, 8)),
        (at(GOLD, date(2026, 6, 8), Standing.GRACE), 500, Step.KEPT, GOLD, date(2027, 5, 10)),
        (at(GOLD, date(2026, 6, 8), Standing.GRACE), 100, None, GOLD, None),
        (at(GOLD, LATE, Standing.GRACE), 100, Step.DOWNGRADED, SILVER, date(2027, 5, 10)),
        (at(GOLD, date(2026, 5, 9), Standing.GRACE), 0, Step.DOWNGRADED, None, None),
    ],
)
def test_up_at_once_down_after_grace(
    place: Place, points: int, step: Step | None, rung: Rung | None, until: date | None
) -> None:
    found = next_place(place, reached(LADDER, points), today=MAY, periods=PERIODS)
    if step is None:
        assert found is None
        return
    assert found is not None
    assert (found[1], found[0].rung, found[0].until) == (step, rung, until)


def test_the_next_rung_up() -> None:
    assert [following(LADDER, one) for one in (None, SILVER, GOLD)] == [SILVER, GOLD, None]


def test_months_end_where_they_end() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 3, 31), -13) == date(2025, 2, 28)


def test_a_code_tells_every_wrong_sign_and_every_swap() -> None:
    draw = random.Random(7)  # noqa: S311 - the same codes at every run
    for _code in range(20):
        code = codes.sealed("".join(draw.choices(codes.SIGNS, k=codes.DRAWN)))
        signs = code.replace("-", "")
        assert codes.is_whole(codes.normal(code.lower()))
        for place in range(len(signs)):
            for sign in set(codes.SIGNS) - {signs[place]}:
                assert not codes.is_whole(signs[:place] + sign + signs[place + 1 :])
            for other in range(place):
                swapped = list(signs)
                swapped[place], swapped[other] = swapped[other], swapped[place]
                assert codes.is_whole("".join(swapped)) == (signs[place] == signs[other])


@pytest.mark.parametrize("off", ["0.01", "10", "33.33", "77.77", "1000"])
def test_a_discount_comes_to_exactly_what_it_is(off: str) -> None:
    bought = [(Decimal(3), "10.01"), (Decimal(7), "3.33"), (Decimal(1), "0.99")]
    lines = [
        Line(quantity=number, unit_price=Decimal(price), net=number * Decimal(price))
        for number, price in bought
    ]
    whole = sum(line.net for line in lines)
    prices = lowered(lines, Decimal(off), currency="EUR")
    nets = [round(p * line.quantity, 2) for p, line in zip(prices, lines, strict=True)]
    assert whole - sum(nets) == min(Decimal(off), whole)
    assert all(price >= 0 for price in prices)


def test_breakage_is_not_guessed_from_few() -> None:
    few = Ended(lots=29, points=5000, unused=1000)
    assert breakage(few).share is None
    assert breakage(replace(few, lots=30)).share == Decimal("0.2")
