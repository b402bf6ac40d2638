"""``make bench``: the first figures, each beside its raw path, as a table and in build/bench.json.

    .venv/bin/python tests/bench/run.py [--only NAME ...]

The exit status is 1 when a figure misses its goal. Figures are measured one after the other and in
turns with what they are compared to; see ``clock.py``. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench.figure import Figure, Measure
from tests.bench.figures import (
    backfills,
    lists,
    pages,
    processes,
    pulls,
    push,
    searches,
    starts,
    stock,
    tryton_pulls,
)
from tests.bench.ground import bench

MEASURES: dict[str, Measure] = {
    "lists": lists.measure,
    "search": searches.measure,
    "stock": stock.measure,
    "pull": pulls.measure,
    "tryton": tryton_pulls.measure,
    "backfill": backfills.measure,
    "push": push.measure,
    "processes": processes.measure,
    "starts": starts.measure,
    "pages": pages.measure,
}
_ANSWERS = Path("build/bench.json")


def main(names: Sequence[str]) -> int:
    console = Console(width=None if sys.stdout.isatty() else 140)
    figures: list[Figure] = []
    with bench(lambda line: console.print(f"[dim]{line} ...[/]")) as ground:
        for name in names:
            began = time.monotonic()
            figures += MEASURES[name](ground)
            console.print(f"[dim]{name}: measured in {time.monotonic() - began:.0f} s[/]")
    console.print(_table(figures))
    _ANSWERS.parent.mkdir(exist_ok=True)
    plain = [figure.plain() for figure in figures]
    _ANSWERS.write_bytes(orjson.dumps(plain, option=orjson.OPT_INDENT_2))
    return 0 if all(figure.ok for figure in figures) else 1


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("figure", "unit", title="Figures, each beside its raw path")
    for column in ("value", "beside", "ratio", "goal"):
        table.add_column(column, justify="right")
    table.add_column("ok")
    for figure in figures:
        plain = figure.plain()
        numbers = [_shown(plain[name]) for name in ("value", "beside", "ratio")]
        ok = "[green]yes[/]" if figure.ok else "[red]no[/]"
        table.add_row(
            figure.name, figure.unit, *numbers, plain["goal"] or "", ok if figure.goal else ""
        )
    return table


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:,.4g}" if number < 10_000 else f"{number:,.0f}"


def _chosen() -> list[str]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    names: list[str] = parser.parse_args().only
    return names


if __name__ == "__main__":
    sys.exit(main(_chosen()))
