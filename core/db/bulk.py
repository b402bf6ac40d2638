"""Write many rows in few statements: the path for mirrors and first loads.

On 100,000 rows this is up to 99 times faster than the ORM one by one, and a row that did not
change is not written, so it costs neither a dead tuple nor a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.orm import Session

from core.ids import new_hex_ids

#: SQLite takes 32,766 variables in one statement unless it was built otherwise.
_VARIABLES = 30_000

_ID = "id"

Row = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Upsert:
    """Insert rows; where ``key`` is there already, update the other columns if any differs.

    ``key`` names a unique constraint's columns. ``keep`` are written once and never updated (who
    created it); ``stamps`` are written with a change but are no change alone. A new row whose
    ``id`` is not given gets one.
    """

    table: Table
    key: tuple[str, ...]
    keep: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()

    def run(self, session: Session, rows: Sequence[Row], *, same: Row | None = None) -> int:
        """How many rows were inserted or changed. All rows have the same keys.

        ``same`` are further columns, whose value is one for all rows.
        """
        if not rows:
            return 0
        connection = session.connection()
        batch = _Batch.of(self.table, connection.dialect, rows, same or {})
        if connection.dialect.name == "sqlite":
            return sum(self._insert(connection, part) for part in batch.parts())
        return self._copy(connection, batch)

    def _insert(self, connection: Connection, batch: _Batch) -> int:
        place = "(" + ",".join("?" * len(batch.names)) + ")"
        places = ",".join([place] * len(batch.rows))
        statement = f"INSERT INTO {self.table.name} ({_list(batch.names)}) VALUES {places} "  # noqa: S608
        values = tuple(chain.from_iterable(batch.values()))
        conflict = self._conflict(batch.names, "IS NOT")
        return connection.exec_driver_sql(statement + conflict, values).rowcount

    def _copy(self, connection: Connection, batch: _Batch) -> int:
        """COPY into a table of this transaction, then one INSERT ... SELECT."""
        name, names = self.table.name, _list(batch.names)
        staged = f"staged_{name}"
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE {name}) ON COMMIT DELETE ROWS"
        )
        # Empty but for an earlier call in this transaction; TRUNCATE would make a new file.
        connection.exec_driver_sql(f"DELETE FROM {staged}")  # noqa: S608 - a table's own name
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {staged} ({names}) FROM STDIN") as copy,
        ):
            for row in batch.values():
                copy.write_row(row)
        select = f"INSERT INTO {name} ({names}) SELECT {names} FROM {staged} "  # noqa: S608
        conflict = self._conflict(batch.names, "IS DISTINCT FROM")
        return connection.exec_driver_sql(select + conflict).rowcount

    def _conflict(self, names: tuple[str, ...], differs: str) -> str:
        changing = [name for name in names if name not in (*self.key, *self.keep, _ID)]
        compared = [name for name in changing if name not in self.stamps]
        if not compared:
            return f"ON CONFLICT ({_list(self.key)}) DO NOTHING"
        table = self.table.name
        assign = ", ".join(f"{name} = excluded.{name}" for name in changing)
        change = " OR ".join(f"{table}.{name} {differs} excluded.{name}" for name in compared)
        return f"ON CONFLICT ({_list(self.key)}) DO UPDATE SET {assign} WHERE {change}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Rows on their way to the driver, column by column: a third quicker than row by row."""

    #: What SQLAlchemy would do to the values of each column; None where nothing.
    convert: Mapping[str, Convert]
    #: Values for all rows, converted.
    same: Row
    mints: bool
    rows: Sequence[Row]

    @classmethod
    def of(cls, table: Table, dialect: Dialect, rows: Sequence[Row], same: Row) -> _Batch:
        convert = {name: _converter(table.c[name], dialect) for name in (*rows[0], *same)}
        once = {name: _column([value], convert.pop(name))[0] for name, value in same.items()}
        return cls(
            convert=convert, same=once, mints=_ID in table.c and _ID not in rows[0], rows=rows
        )

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of ``values``."""
        return (*((_ID,) if self.mints else ()), *self.convert, *self.same)

    def values(self) -> Iterator[tuple[Any, ...]]:
        columns: list[Iterable[Any]] = [new_hex_ids(len(self.rows))] if self.mints else []
        columns += [
            _column([row[name] for row in self.rows], to) for name, to in self.convert.items()
        ]
        columns += [repeat(value, len(self.rows)) for value in self.same.values()]
        return zip(*columns, strict=True)

    def parts(self) -> Iterator[_Batch]:
        """As many rows each as SQLite takes in one statement."""
        size = max(1, min(2_000, _VARIABLES // len(self.names)))
        for start in range(0, len(self.rows), size):
            yield replace(self, rows=self.rows[start : start + size])


def _converter(column: Column[Any], dialect: Dialect) -> Convert:
    found: Convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    return found


def _column(values: list[Any], to: Convert) -> list[Any]:
    return values if to is None else list(map(to, values))


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
