"""The script of a storm: which blow falls when. The same seed writes the same script."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Blow(StrEnum):
    #: SIGKILL
    WORKER = "kill a worker"
    #: With its workers: what comes then has to load everything anew.
    KEEPER = "kill a keeper"
    WEB = "kill a web process"
    ALL = "kill all of Tandem"
    #: SIGSTOP for longer than every lease, then SIGCONT
    PAUSE = "pause a worker"
    DATABASE = "restart the database"
    #: Of the ERP: it keeps its connections and says nothing; its port refuses.
    FREEZE = "freeze the ERP"
    DOWN = "take the ERP down"


KILLS = (Blow.WORKER, Blow.KEEPER, Blow.WEB, Blow.ALL)
#: Of all kills: workers are what the sync is made of.
_SHARES = (0.7, 0.1, 0.15, 0.05)


@dataclass(frozen=True, slots=True)
class Stroke:
    """``after_orders`` Tandem has taken so many, ``blow`` falls ``delay_s`` later.

    ``pick`` in [0, 1) chooses among those it may hit; ``lasts_s`` is for what comes back.
    """

    after_orders: int
    blow: Blow
    pick: float
    delay_s: float = 0.0
    lasts_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How many of which blows; ``pause_s`` longer than every lease."""

    orders: int
    kills: int
    blows: Counter[Blow] = field(default_factory=Counter)
    pause_s: float = 15.0
    away_s: float = 4.0


def script(seed: int, weather: Weather) -> list[Stroke]:
    random = Random(seed)  # noqa: S311 - dice, no secret
    blows = random.choices(KILLS, _SHARES, k=weather.kills) + list(weather.blows.elements())
    lasts = {Blow.PAUSE: weather.pause_s, Blow.FREEZE: weather.away_s, Blow.DOWN: weather.away_s}
    strokes = [
        Stroke(
            after_orders=random.randrange(max(1, weather.orders)),
            blow=blow,
            pick=random.random(),
            delay_s=random.uniform(0, 0.5),
            lasts_s=lasts.get(blow, 0.0),
        )
        for blow in blows
    ]
    return sorted(strokes, key=lambda stroke: stroke.after_orders)
