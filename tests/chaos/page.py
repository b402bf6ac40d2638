"""The page people read: what was done to Tandem, and what became of the orders."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.chaos.verdict import Row

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --line: #d4d4d8; --quiet: #52525b; --well: #18794e; --wrong: #cd2b31; }
@media (prefers-color-scheme: dark) { :root { --line: #3f3f46; --quiet: #a1a1aa;
  --well: #3dd68c; --wrong: #ff9592; } }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin: 0; } h2 { margin: 2.5rem 0 .5rem; font-size: 1.25rem; }
p { max-width: 46rem; } .quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .7rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 500; font-size: .875rem; vertical-align: bottom;
  white-space: normal; }
th:first-child { text-align: left; padding-left: 0; white-space: normal; }
.well { color: var(--well); font-weight: 600; } .wrong { color: var(--wrong); font-weight: 600; }
ul { list-style: none; margin: .5rem 0; padding: 0; display: grid; gap: 0 2rem;
  grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
li { display: flex; justify-content: space-between; gap: 1rem; padding: .25rem 0;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
@media (max-width: 60rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td { display: block; }
  tr { padding: 1rem 0; border-bottom: 1px solid var(--line); }
  th, td { border: 0; padding: .15rem 0; text-align: left; }
  td { display: flex; justify-content: space-between; gap: 1rem; }
  td::before { content: attr(data-head); color: var(--quiet); }
}
"""
_HEADS = (
    "Orders",
    "Kills",
    "Other faults",
    "Lost",
    "Twice",
    "Out of order",
    "Recovery p50",
    "Recovery p99",
    "Calm wait p95",
    "Load",
    "Took",
    "Verdict",
)
_EXPLAINED = """\
<p class="quiet">Real processes of Tandem were killed, paused and cut off from their ERP and their
database while people ordered. What became of the orders was counted in the ERP, not in Tandem.</p>
<p class="quiet">Recovery is the time from a kill, a pause or a restart to the confirmation in the
ERP, of every order that was under way. Calm wait is the time from Tandem's yes to the draft, in an
ERP beside it that nothing happens to. Load is how many processes wanted to run at a time.</p>"""
#: As the proxy and the scripted ERP call what they do.
_FAULTS = {
    "Reset": "cut off: reset",
    "Truncate": "cut off in the middle of the answer",
    "Hang": "no answer until the deadline",
    "Down": "refused: the ERP was down",
    "late": "done long after the ERP hung up",
    "no answer": "hung up",
    "no answer after": "done, and hung up",
}


def page(rows: Sequence[Row]) -> str:
    """Self-contained; every number is counted in the ERP."""
    verdict = "All is well" if all(row.ok for row in rows) else "Something went wrong"
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Part", *_HEADS))
    lines = "".join(map(_line, rows))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Chaos</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style><main><h1>{verdict}</h1>{_EXPLAINED}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
        f"{''.join(map(_story, rows))}</main></html>\n"
    )


def _line(row: Row) -> str:
    figures = row.figures
    counts = (figures.orders, row.kills, sum(row.faults.values()) - row.kills)
    wrong = (figures.lost, figures.duplicates, figures.out_of_order)
    times = (*figures.recovery_s.values(), figures.calm_wait_p95_s)
    cells = [f"{count:,}" for count in (*counts, *wrong)]
    cells += [*map(_seconds, times), f"{row.load:.0f}", f"{row.seconds / 60:.0f} min"]
    told = zip(_HEADS, cells, strict=False)  # the last head is the verdict's
    data = "".join(f'<td data-head="{head}">{cell}</td>' for head, cell in told)
    word = "well" if row.ok else "wrong"
    end = f'<td data-head="{_HEADS[-1]}"><span class="{word}">{word}</span></td>'
    return f'<tr><th scope="row">{escape(row.part)}</th>{data}{end}</tr>'


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def _story(row: Row) -> str:
    ranked = sorted(row.faults.items(), key=lambda item: -item[1])
    faults = "".join(f"<li>{escape(_name(name))}<b>{count:,}</b></li>" for name, count in ranked)
    told = f'<p class="quiet">Seed {row.seed}.</p><ul>{faults}</ul>'
    if row.figures.strays:
        told += f"<p>Drafts that wait for the sweep: {row.figures.strays}.</p>"
    if row.figures.asked:
        told += f"<p>New names a person is asked about: {row.figures.asked}.</p>"
    if row.api_500:
        told += f'<p class="wrong">The API answered 500 {row.api_500} times.</p>'
    if row.words:
        told += f'<pre tabindex="0">{escape(chr(10).join(row.words))}</pre>'
    return f"<h2>{escape(row.part)}</h2>{told}"


def _name(fault: str) -> str:
    status, _, after = fault.partition(" ")
    if not status.isdigit():
        return _FAULTS.get(fault, fault)
    return f"answered {status}, and had done it" if after else f"answered {status}"
