"""A table somebody brings, CSV or XLSX, as rows of text under the names of our fields."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any
from zipfile import is_zipfile

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Invalid
from core.web.i18n import gettext as _
from modules.sales.rules.leads import field_of

#: What one import takes; more is a job for the API.
MOST_ROWS, MOST_BYTES = 5_000, 5_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` is the line in the file, its head being 1."""

    number: int
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    lines: list[Line]
    #: Heads of columns that stand for no field of ours.
    unread: list[str]


def read_table(content: bytes) -> Table:
    """Raise Invalid naming ``file`` where it is no table we can read."""
    if len(content) > MOST_BYTES:
        raise _wrong(_("The file is larger than 5 MB: split it."))
    rows = _sheet(content) if is_zipfile(BytesIO(content)) else _csv(content)
    heads = [str(head).strip() for head in next(rows, ())]
    names = [field_of(head) for head in heads]
    if not any(names):
        raise _wrong(
            _("No column is known. Name them in the first line: name, company, e-mail, phone ...")
        )
    lines = [
        Line(number, _fields(names, row)) for number, row in enumerate(rows, start=2) if any(row)
    ]
    if not lines:
        raise _wrong(_("There is nothing under the first line."))
    if len(lines) > MOST_ROWS:
        raise _wrong(_("More than %(most)s lines: split the file.", most=MOST_ROWS))
    unread = [head for head, name in zip(heads, names, strict=True) if head and not name]
    return Table(lines, unread)


def _fields(names: Sequence[str | None], row: Sequence[str]) -> dict[str, str]:
    """The first column of a name that holds something counts."""
    found: dict[str, str] = {}
    for name, value in zip(names, row, strict=False):
        if name and value and name not in found:
            found[name] = value
    return found


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        yield from (
            [cell.strip() for cell in row]
            for row in csv.reader(StringIO(text), delimiter=delimiter)
        )
    except csv.Error as error:
        raise _wrong(_("This is no table: save it as CSV or XLSX.")) from error


def _decoded(content: bytes) -> str:
    """UTF-8, or what spreadsheets of western Europe write."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise _wrong(_("This is no table: save it as CSV or XLSX."))
    return text


def _sheet(content: bytes) -> Iterator[list[str]]:
    """The first sheet."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        rows: Iterable[Iterable[Any]] = book.get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError) as error:
        raise _wrong(_("This spreadsheet can not be read: save it as XLSX or CSV.")) from error
    for row in rows:
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    """A phone number that the spreadsheet took for a number has no decimals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _wrong(problem: str) -> Invalid:
    return Invalid(_("The table can not be taken."), fields={"file": problem})
