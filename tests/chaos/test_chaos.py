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

#: Their scripts kill workers and a web process, on PostgreSQL a keeper too: each that has to load
#: everything anew costs seconds of CPU.
SEED, SEED_OF_SQLITE = 20261145, 20261124

ON_POSTGRESQL = Part(
    name="PostgreSQL, two workers",
    database=ground.postgresql,
    target=partial(targets.scripted, name="stormy"),
    # A pause longer than the lease of a worker, and the database gone under everybody.
    weather=Weather(
        orders=24, kills=4, blows=Counter({Blow.PAUSE: 1, Blow.DATABASE: 1}), pause_s=12
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
    weather=Weather(orders=8, kills=3),
    wire=LOST,
    answers=answers(3),
    beside=0,
    every_s=0.3,
    renames=0.1,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "seed"),
    [
        pytest.param(ON_POSTGRESQL, SEED, marks=pytest.mark.postgresql, id=ON_POSTGRESQL.name),
        pytest.param(ON_SQLITE, SEED_OF_SQLITE, id=ON_SQLITE.name),
    ],
)
def test_every_order_is_confirmed_once_whatever_is_killed(
    part: Part, seed: int, tmp_path: Path
) -> None:
    row = fight(part, seed, tmp_path)
    assert row.ok, "\n".join([str(row.figures), f"api 500: {row.api_500}", *row.words])
    assert row.figures.orders == part.weather.orders
    assert sum(row.faults.values()) > row.kills
