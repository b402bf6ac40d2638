"""The page people read: what was done to Tandem, and what became of the orders."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.chaos.verdict import Row

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .8rem; border-bottom: 1px solid #8884; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.wide { overflow-x: auto; }
.ok { color: #18794e; } .bad { color: #cd2b31; } pre { overflow-x: auto; }
@media (prefers-color-scheme: dark) { .ok { color: #30a46c; } .bad { color: #ff6369; } }
"""
_HEADS = (
    "Part",
    "Orders",
    "Kills",
    "Faults",
    "Lost",
    "Twice",
    "Out of order",
    "Recovery p50",
    "Recovery p99",
    "Calm wait p95",
    "Took",
    "",
)


def page(rows: Sequence[Row]) -> str:
    """Self-contained; every number is counted in the ERP."""
    verdict = "All is well" if all(row.ok for row in rows) else "Something went wrong"
    heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    lines = "".join(map(_line, rows))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Chaos</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style><main><h1>{verdict}</h1>"
        "<p>Real processes of Tandem were killed, paused and cut off while people ordered. What"
        " became of the orders was counted in the ERP, not in Tandem.</p>"
        f'<div class="wide" tabindex="0" role="region" aria-label="Figures"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
        f"{''.join(map(_story, rows))}</main></html>\n"
    )


def _line(row: Row) -> str:
    figures = row.figures
    numbers = (figures.orders, row.kills, sum(row.faults.values()) - row.kills)
    wrong = (figures.lost, figures.duplicates, figures.out_of_order)
    times = (*figures.recovery_s.values(), figures.calm_wait_p95_s, row.seconds)
    cells = [*map(str, (*numbers, *wrong)), *map(_seconds, times)]
    name = f'<th scope="row">{escape(row.part)}</th>'
    word = '<td class="ok">well</td>' if row.ok else '<td class="bad">wrong</td>'
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}{word}</tr>"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def _story(row: Row) -> str:
    faults = ", ".join(f"{escape(name)} {count}" for name, count in sorted(row.faults.items()))
    told = f"<p>Seed {row.seed}. What happened: {faults}.</p>"
    if row.figures.strays:
        told += f"<p>Drafts that wait for the sweep: {row.figures.strays}.</p>"
    if row.figures.asked:
        told += f"<p>New names a person is asked about: {row.figures.asked}.</p>"
    if row.api_500:
        told += f'<p class="bad">The API answered 500 {row.api_500} times.</p>'
    if row.words:
        told += f"<pre>{escape(chr(10).join(row.words))}</pre>"
    return f"<h2>{escape(row.part)}</h2>{told}"
