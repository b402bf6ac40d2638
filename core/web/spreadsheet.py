"""CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import Row

from core.web.columns import Column
from core.web.i18n import gettext as _

#: A cell that begins so is run by spreadsheets. Source: OWASP, CSV Injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
#: Excel takes UTF-8 for its own code page unless the file begins with this mark.
MARK = "\N{BYTE ORDER MARK}"


def csv_answer(
    name: str, columns: Sequence[Column], pages: Iterator[Sequence[Row[Any]]]
) -> Response:
    """Of a list, page by page; what can not be asked is refused before the first byte."""
    first = next(pages)
    return csv_file(name, _parts(columns, chain([first], pages)))


def csv_file(name: str, parts: Iterator[str]) -> Response:
    """Sent part by part, however many; the request lasts until the last."""
    response = Response(stream_with_context(parts), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    body = StringIO()
    csv.writer(body).writerows([safe(value) for value in row] for row in rows)
    return body.getvalue()


def _parts(columns: Sequence[Column], pages: Iterable[Sequence[Row[Any]]]) -> Iterator[str]:
    yield MARK + csv_text([[head for column in columns for head in _heads(column)]])
    for rows in pages:
        yield csv_text([value for column in columns for value in column.plain(row)] for row in rows)


def safe(value: str) -> str:
    """With ``'`` before what would be a formula; numbers stay numbers."""
    return f"'{value}" if value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(value: str) -> bool:
    digits = value.removeprefix("-")
    return digits.isascii() and digits.replace(".", "", 1).isdigit()


def _heads(column: Column) -> list[str]:
    return [_(column.title), *column.beside]
