"""The REST side of the scripted Dolibarr: lists by ``sqlfilters``, single records, three writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import Any
from urllib.parse import parse_qsl

from tests.connectors.dolibarr.books import Books, Row, collated

Answer = tuple[int, bytes]
_CONDITION = re.compile(r"\(t\.(\w+):(>=|<=|!=|=|>|<):'([^']*)'\)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le,
}  # fmt: skip
#: Columns that filters name, and what they hold of a row.
_COLUMNS: dict[str, Callable[[Books, Row], Any]] = {
    "rowid": lambda _, row: int(row["id"]),
    "tms": lambda books, row: books.wall(row.get("tms") or row["date_modification"]),
    "ref_ext": lambda _, row: collated(row["ref_ext"] or ""),
    "type": lambda _, row: str(row["type"]),
    "date_commande": lambda books, row: books.wall(row["date"])[:10],
    "datef": lambda books, row: books.wall(row["date"])[:10],
}
#: Kinds whose empty list is a 404.
_EMPTY_IS_404 = {"thirdparties"}


def answer(books: Books, method: str, path: str, *, query: str, body: bytes) -> Answer:
    kind, _, rest = path.strip("/").partition("/")
    if kind not in books.kinds:
        return problem(404, "no such kind")
    if not rest:
        return _list(books, kind, dict(parse_qsl(query)))
    number, _, part = rest.partition("/")
    row = books.get(kind, number)
    if row is None:
        return problem(404, "Not Found: not found")
    if part == "payments":
        return reply(books.payments.get(int(number), []))
    if method == "DELETE":  # in any state, and without asking
        del books.kinds[kind][int(number)]
        return reply({"success": {"code": 200, "message": "Order deleted"}})
    if method == "PUT":
        row.update(json.loads(body))
        books.touch(row)
    return reply(row)


def _list(books: Books, kind: str, query: dict[str, str]) -> Answer:
    rows = list(books.kinds[kind].values())
    for column, sign, value in _conditions(query.get("sqlfilters", "")):
        if column not in _COLUMNS:
            return problem(503, f"Unknown column 't.{column}' in 'WHERE'")
        rows = [row for row in rows if _holds(_COLUMNS[column](books, row), sign, value)]
    names = [name.removeprefix("t.") for name in query.get("sortfield", "t.rowid").split(",")]
    rows.sort(key=lambda row: [_COLUMNS[name](books, row) for name in names])
    rows = rows[: int(query.get("limit", "100")) or None]
    if not rows and kind in _EMPTY_IS_404:
        return problem(404, "Not Found: none found")
    wanted = query.get("properties", "").split(",") if query.get("properties") else None
    return reply([_restricted(row, wanted) for row in rows])


def _conditions(text: str) -> list[tuple[str, str, str]]:
    found = _CONDITION.findall(text)
    assert " and ".join(f"(t.{c}:{s}:'{v}')" for c, s, v in found) == text, text
    return found


def _holds(there: Any, sign: str, value: str) -> bool:
    wanted: Any = int(value) if isinstance(there, int) else value
    return _COMPARE[sign](there, collated(value) if sign == "=" and not value.isdigit() else wanted)


def _restricted(row: Row, names: list[str] | None) -> Row:
    return row if names is None else {name: row[name] for name in names if name in row}


def reply(value: object) -> Answer:
    return 200, json.dumps(value).encode()


def problem(status: int, words: str) -> Answer:
    return status, json.dumps({"error": {"code": status, "message": words}}).encode()
