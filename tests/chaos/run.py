"""``make chaos``: the storm in parts, into ``build/chaos.json`` and ``build/chaos.html``.

A few minutes; with ``--long`` hours. ``--scale 0.1`` is a tenth of it, ``--seed`` another script,
``--only`` the parts whose names begin so, ``--minutes`` the longest one of them may storm.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import structlog

from core.sync.push.claim import LEASE
from tests.chaos import ground, targets
from tests.chaos.battle import Part, fight
from tests.chaos.erp import Answer
from tests.chaos.page import page
from tests.chaos.storm import Blow, Weather
from tests.chaos.toxics import Hang, Reset, Toxic, Truncate, When
from tests.chaos.verdict import Limits, Row
from tests.fixtures_tryton import _HOME

TRYTON_HOME = Path(os.environ.get("TEST_TRYTON_HOME") or _HOME)
BUILD = Path(__file__).parents[2] / "build"
#: One answer in ten is lost, in one way or another.
LOST: dict[Toxic, float] = {
    Reset(When.AFTER): 0.06,
    Truncate(150): 0.02,
    Reset(When.BEFORE): 0.015,
    Hang(When.AFTER): 0.005,
}
#: Lease and quarantine together. Source: design page "fault matrix", goals.
RECOVERY_S = 50.0
LONG_LIMITS = Limits(recovery_p99_s=RECOVERY_S, calm_wait_p95_s=1.0)


@dataclass(frozen=True, slots=True)
class Size:
    long: bool
    scale: float

    def of(self, few: int, many: int) -> int:
        return max(1, round((many if self.long else few) * self.scale))


def answers(late_s: float) -> list[tuple[float, Answer]]:
    """3 % 500 and 3 % 429; some requests are carried out when nobody expects it any more."""
    return [
        (0.015, Answer(status=500)),
        (0.015, Answer(status=503, done=True)),
        (0.03, Answer(status=429, headers=(("Retry-After", "1"),))),
        (0.01, Answer(late_s=late_s)),
    ]


def parts(size: Size) -> list[Part]:
    found = [on_postgresql(size), on_sqlite(size), with_tryton(size)]
    return [*found, in_one_step(size)] if size.long else found


def on_postgresql(size: Size) -> Part:
    orders = size.of(200, 9_000)
    often = size.of(1, 10)
    blows = {Blow.PAUSE: often, Blow.DATABASE: often, Blow.FREEZE: often, Blow.DOWN: often}
    # Longer than what holds an outbox row, too.
    pause_s = LEASE.total_seconds() + 20 if size.long else 15
    return Part(
        name="PostgreSQL, three workers",
        database=ground.postgresql,
        target=partial(targets.scripted, name="stormy"),
        weather=Weather(
            orders=orders, kills=size.of(20, 950), blows=Counter(blows), pause_s=pause_s
        ),
        wire=LOST,
        # In the long run also after the quarantine.
        answers=answers(LEASE.total_seconds() + 20 if size.long else 5),
        calm_orders=orders // 4,
        renames=0.1,
        limits=LONG_LIMITS if size.long else Limits(),
    )


def on_sqlite(size: Size) -> Part:
    often = size.of(1, 5)
    return Part(
        name="SQLite, one worker",
        database=ground.sqlite,
        target=partial(targets.scripted, name="stormy"),
        weather=Weather(
            orders=size.of(100, 1_000),
            kills=size.of(6, 50),
            blows=Counter({Blow.PAUSE: often, Blow.FREEZE: often, Blow.DOWN: often}),
        ),
        wire=LOST,
        answers=answers(5),
        beside=0,
        renames=0.1,
    )


def with_tryton(size: Size) -> Part:
    """Its own answers are what they are: all faults are the wire's.

    It asks ten times as often as the scripted one for the same order, so a third of the losses are
    three times as many.
    """
    often = size.of(1, 3)
    return Part(
        name="A real Tryton",
        database=ground.postgresql,
        target=partial(targets.tryton, home=TRYTON_HOME),
        weather=Weather(
            orders=size.of(30, 500),
            kills=size.of(3, 20),
            blows=Counter({Blow.DATABASE: often, Blow.FREEZE: often, Blow.DOWN: often}),
        ),
        wire={toxic: chance / 3 for toxic, chance in LOST.items() if not isinstance(toxic, Hang)},
        beside=1,
        every_s=0.5,  # as it can keep up with: recovery is to be that, and no queue
    )


def in_one_step(size: Size) -> Part:
    """No drafts: safe as long as the ERP is not later than the quarantine."""
    return Part(
        name="PostgreSQL, orders in one step",
        database=ground.postgresql,
        target=partial(targets.scripted, name="stormy", one_step=True),
        weather=Weather(orders=size.of(50, 200), kills=size.of(3, 10)),
        wire=LOST,
        answers=answers(5),
        drains_within_s=1_200,
    )


def fought(part: Part, seed: int) -> Row:
    """Where it was good nothing is kept of it."""
    folder = Path(tempfile.mkdtemp(prefix="tandem-chaos-"))
    sys.stdout.write(f"{part.name}: {part.weather.orders} orders, {part.weather.kills} kills\n")
    row = fight(part, seed, folder)
    figures = row.figures
    sys.stdout.write(
        f"  {'well' if row.ok else 'WRONG'}: {figures.lost} lost, {figures.duplicates} twice,"
        f" {figures.out_of_order} out of order, recovery {figures.recovery_s},"
        f" calm wait p95 {figures.calm_wait_p95_s} s, {row.seconds} s, load {row.load}\n"
    )
    sys.stdout.write("".join(f"  {line}\n" for line in row.words))
    if row.ok:
        shutil.rmtree(folder)
    else:
        sys.stdout.write(f"  The logs are in {folder}; repeat it with --seed {seed}.\n")
    sys.stdout.flush()
    return row


def write(rows: Sequence[Row], folder: Path = BUILD) -> None:
    folder.mkdir(exist_ok=True)
    told = [row.as_json for row in rows]
    (folder / "chaos.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    (folder / "chaos.html").write_text(page(rows), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--minutes", type=float, default=60.0)
    args = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows = []
    for part in parts(Size(args.long, args.scale)):
        if part.name.startswith(args.only):
            rows.append(fought(replace(part, lasts_s=60 * args.minutes), args.seed))
            write(rows)
    sys.exit(0 if all(row.ok for row in rows) else 1)


if __name__ == "__main__":
    main()
