"""A small storm in every run of the tests: real processes, seeded blows, orders counted over there.

The same as ``make chaos``, only shorter, and nothing is timed: the machine may be busy.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.chaos import ground, targets
from tests.chaos.battle import Part, fight
from tests.chaos.run import LOST, answers
from tests.chaos.storm import Blow, Weather

SEED = 20261122

ON_POSTGRESQL = Part(
    name="PostgreSQL, two workers",
    database=ground.postgresql,
    target=partial(targets.scripted, name="stormy"),
    # A pause longer than the lease of a worker, and the database gone under everybody.
    weather=Weather(
        orders=40, kills=4, blows=Counter({Blow.PAUSE: 1, Blow.DATABASE: 1}), pause_s=12
    ),
    wire=LOST,
    answers=answers(3),
    beside=1,
    every_s=0.3,
    renames=0.1,
)
ON_SQLITE = Part(
    name="SQLite, one worker",
    database=ground.sqlite,
    target=partial(targets.scripted, name="stormy"),
    weather=Weather(orders=20, kills=4),
    wire=LOST,
    answers=answers(3),
    beside=0,
    every_s=0.3,
    renames=0.1,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [pytest.param(ON_POSTGRESQL, marks=pytest.mark.postgresql), ON_SQLITE],
    ids=lambda part: part.name,
)
def test_every_order_is_confirmed_once_whatever_is_killed(part: Part, tmp_path: Path) -> None:
    row = fight(part, SEED, tmp_path)
    assert row.ok, "\n".join([str(row.figures), f"api 500: {row.api_500}", *row.words])
    assert row.figures.orders == part.weather.orders
    assert sum(row.faults.values()) > row.kills
