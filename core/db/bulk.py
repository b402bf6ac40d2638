"""Write many rows in few statements: the path for mirrors and first loads.

On 100,000 rows this is up to 99 times faster than the ORM one by one, and a row that did not
change is not written, so it costs neither a dead tuple nor a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import is_
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.orm import Session

#: SQLite takes 32,766 variables in one statement unless it was built otherwise.
_VARIABLES = 30_000

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upsert:
    """Insert rows; where ``key`` is there already, update the other columns if any differs.

    ``key`` names a unique constraint's columns. ``keep`` are written once and never updated (the
    primary key, who created it); ``stamps`` are written with a change but are no change alone.
    """

    table: Table
    key: tuple[str, ...]
    keep: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()

    def run(self, session: Session, rows: Sequence[Row]) -> int:
        """How many rows were inserted or changed. All rows have the same keys."""
        if not rows:
            return 0
        connection = session.connection()
        names = tuple(rows[0])
        if connection.dialect.name == "sqlite":
            return sum(self._insert(connection, names, part) for part in _parts(rows, len(names)))
        return self._copy(connection, names, rows)

    def _insert(self, connection: Connection, names: tuple[str, ...], rows: Sequence[Row]) -> int:
        place = "(" + ",".join("?" * len(names)) + ")"
        places = ",".join([place] * len(rows))
        statement = f"INSERT INTO {self.table.name} ({_list(names)}) VALUES {places} "  # noqa: S608
        convert = _converters(self.table, names, connection.dialect)
        values = tuple(chain.from_iterable(_converted(rows, convert)))
        result = connection.exec_driver_sql(statement + self._conflict(names, "IS NOT"), values)
        return result.rowcount

    def _copy(self, connection: Connection, names: tuple[str, ...], rows: Sequence[Row]) -> int:
        """COPY into a table of this transaction, then one INSERT ... SELECT."""
        name, convert = self.table.name, _converters(self.table, names, connection.dialect)
        staged = f"staged_{name}"
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE {name}) ON COMMIT DELETE ROWS"
        )
        # Empty but for an earlier call in this transaction; TRUNCATE would make a new file.
        connection.exec_driver_sql(f"DELETE FROM {staged}")  # noqa: S608 - a table's own name
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {staged} ({_list(names)}) FROM STDIN") as copy,
        ):
            for row in _converted(rows, convert):
                copy.write_row(row)
        select = f"INSERT INTO {name} ({_list(names)}) SELECT {_list(names)} FROM {staged} "  # noqa: S608
        result = connection.exec_driver_sql(select + self._conflict(names, "IS DISTINCT FROM"))
        return result.rowcount

    def _conflict(self, names: tuple[str, ...], differs: str) -> str:
        changing = [name for name in names if name not in (*self.key, *self.keep)]
        compared = [name for name in changing if name not in self.stamps]
        if not compared:
            return f"ON CONFLICT ({_list(self.key)}) DO NOTHING"
        table = self.table.name
        assign = ", ".join(f"{name} = excluded.{name}" for name in changing)
        change = " OR ".join(f"{table}.{name} {differs} excluded.{name}" for name in compared)
        return f"ON CONFLICT ({_list(self.key)}) DO UPDATE SET {assign} WHERE {change}"


def _parts(rows: Sequence[Row], width: int) -> Iterator[Sequence[Row]]:
    size = max(1, min(2_000, _VARIABLES // width))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


Convert = tuple[tuple[str, Any], ...]


def _converters(table: Table, names: tuple[str, ...], dialect: Dialect) -> Convert:
    """What SQLAlchemy would do to each value on its way to the driver; None where nothing."""
    columns: list[Column[Any]] = [table.c[name] for name in names]
    types = [column.type.dialect_impl(dialect) for column in columns]
    return tuple(
        (name, kind.bind_processor(dialect)) for name, kind in zip(names, types, strict=True)
    )


def _converted(rows: Sequence[Row], convert: Convert) -> Iterator[tuple[Any, ...]]:
    """The rows as the driver takes them; column by column, which is a third quicker."""
    return zip(*(_column([row[name] for row in rows], to) for name, to in convert), strict=True)


def _column(values: list[Any], to: Any) -> list[Any]:
    first = values[0]
    if to is None:
        return values
    if all(map(is_, values, repeat(first))):  # who said so and when: one value for a page
        return [to(first)] * len(values)
    return list(map(to, values))


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
