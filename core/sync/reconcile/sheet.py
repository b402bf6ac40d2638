"""A statement as CSV: one head for its days and its differences, exact and unformatted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select

from core.sync.reconcile.models import Statement, StatementDifference, StatementLine
from core.sync.reconcile.words import note_words, remedy_words
from core.web.spreadsheet import MARK, csv_text
from core.work import UnitOfWork

#: Rows that are in memory at once.
_AT_ONCE = 1_000

#: English and fixed, since programs read them; what a cell says to people is translated.
HEAD = (
    "row",
    "kind",
    "day",
    "document",
    "difference",
    "unit",
    "here_count",
    "erp_count",
    "here_net",
    "erp_net",
    "here_total",
    "erp_total",
    "here_date",
    "erp_date",
    "here_state",
    "erp_state",
    "here_number",
    "erp_number",
    "here_fields",
    "erp_fields",
    "erp_id",
    "here_digest",
    "erp_digest",
    "remedy",
    "note",
)
Cells = dict[str, str]


def csv_of(work: UnitOfWork, statement: Statement) -> Iterator[str]:
    """Part by part, as long as the unit of work is open."""
    yield MARK + csv_text([HEAD]) + _text([_head(statement)])
    lines = (
        select(StatementLine)
        .where(StatementLine.statement_id == statement.id)
        .order_by(StatementLine.kind, StatementLine.day)
        .execution_options(yield_per=_AT_ONCE)
    )
    for part in work.session.scalars(lines).partitions():
        yield _text(cells for line in part for cells in _days(line))
    differences = (
        select(StatementDifference)
        .where(StatementDifference.statement_id == statement.id)
        .order_by(StatementDifference.kind, StatementDifference.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for named in work.session.scalars(differences).partitions():
        yield _text(_difference(row) for row in named)


def _text(rows: Iterable[Cells]) -> str:
    return csv_text([row.get(name, "") for name in HEAD] for row in rows)


def _head(statement: Statement) -> Cells:
    """What the statement is of, and its seal."""
    period = f"{statement.first.isoformat()}/{statement.last.isoformat()}"
    made = f"{statement.made_at.isoformat()} {statement.made_by}"
    return {
        "row": "statement",
        "day": period,
        "document": str(statement.id),
        "difference": "" if statement.agrees else str(statement.differences),
        "here_digest": statement.hash,
        "note": "; ".join([statement.here, statement.there, statement.connection, made]),
    }


def _days(line: StatementLine) -> Iterator[Cells]:
    """One per currency; one without where there are no amounts."""
    here, there = line.ours, line.theirs
    for unit in sorted(here["sums"] | there["sums"]) or [""]:
        mine, other = here["sums"].get(unit, {}), there["sums"].get(unit, {})
        yield {
            "row": "day",
            "kind": line.kind,
            "day": line.day.isoformat() if line.day else "",
            "difference": "" if line.agrees else "differs",
            "unit": unit,
            "here_count": str(here["count"]),
            "erp_count": str(there["count"]),
            "here_net": mine.get("net") or "",
            "erp_net": other.get("net") or "",
            "here_total": mine.get("total") or "",
            "erp_total": other.get("total") or "",
            "here_digest": here["digest"] or "",
            "erp_digest": there["digest"] or "",
        }


def _difference(row: StatementDifference) -> Cells:
    return {
        "row": "difference",
        "kind": row.kind,
        "day": row.day.isoformat() if row.day else "",
        "document": row.name,
        "difference": row.what.value,
        "unit": ((row.theirs or row.ours) or {}).get("unit") or "",
        "erp_id": row.external_id or "",
        "remedy": remedy_words(row.remedy),
        "note": note_words(row),
        **_side("here", row.ours),
        **_side("erp", row.theirs),
    }


def _side(name: str, side: dict[str, Any] | None) -> Cells:
    if side is None:
        return {}
    columns = {"net": "net", "total": "total", "date": "day", "state": "state"}
    columns |= {"number": "number", "fields": "words"}
    return {f"{name}_{column}": side[fact] or "" for column, fact in columns.items()}
