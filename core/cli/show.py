"""Tables for people at a terminal, and lines with tabs for programs behind a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    if not sys.stdout.isatty():
        for row in (head, *rows):
            click.echo("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console  # noqa: PLC0415 - 0.1 s that a pipe need not pay
    from rich.table import Table  # noqa: PLC0415

    table = Table(*head, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)
