"""CSV of a list, which no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from flask import Response
from sqlalchemy import Row

from core.web.columns import Column
from core.web.i18n import gettext as _

#: A cell that begins so is run by spreadsheets. Source: OWASP, CSV Injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def csv_answer(name: str, columns: Sequence[Column], rows: Iterable[Row[Any]]) -> Response:
    body = StringIO()
    # Excel takes UTF-8 for its own code page unless the file begins with this mark.
    body.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(body)
    writer.writerow([safe(head) for column in columns for head in _heads(column)])
    for row in rows:
        writer.writerow([safe(value) for column in columns for value in column.plain(row)])
    response = Response(body.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def safe(value: str) -> str:
    """With ``'`` before what would be a formula; numbers stay numbers."""
    return f"'{value}" if value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(value: str) -> bool:
    digits = value.removeprefix("-")
    return digits.isascii() and digits.replace(".", "", 1).isdigit()


def _heads(column: Column) -> list[str]:
    return [_(column.title), *column.beside]
