"""Many products for a Tryton that rests, written into its database.

Over its API they took 20 ms each, in lists of fewer than 100: SQLite's parser has no place for
more of the conditions Tryton checks a new template with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clock import utcnow

_LIKE = "PUMP-FLOOR"
#: Above all ids of its own. A template and its only product have one id.
_FIRST = 1_000
#: What a product is made of in Tryton 8.2, and which columns name the two.
_TABLES: Mapping[str, tuple[str, ...]] = {
    "product_template": ("id",),
    "product_product": ("id", "template"),
    "product_list_price": ("id", "template"),
    "product_cost_price": ("id", "product"),
    "product_cost_price_method": ("id", "template"),
}
_NUMBERS = """WITH RECURSIVE number (id) AS (
    SELECT :first UNION ALL SELECT id + 1 FROM number WHERE id + 1 < :first + :count)"""


@dataclass(frozen=True, slots=True)
class TrytonShelf:
    file: Path

    def fill(self, count: int) -> None:
        """So many copies of one that is there."""
        with closing(sqlite3.connect(self.file)) as database, database:
            for table, named in _TABLES.items():
                self._copy(database, table, named, count)

    def change(self, name: str) -> datetime:
        """All get the name in one transaction, later than any change before; answers just before.

        Stamped as Tryton does: all rows alike, in UTC.
        """
        stamp = utcnow()
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute(
                "UPDATE product_template SET name = ?, write_date = ?, write_uid = 1 WHERE id >= ?",
                (name, stamp.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), _FIRST),
            )
        return stamp - timedelta(microseconds=1)

    def _copy(
        self, database: sqlite3.Connection, table: str, named: tuple[str, ...], count: int
    ) -> None:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        values = [_value(name, named) for name in columns]
        owner = named[-1]
        like = "(SELECT id FROM product_template WHERE code = :like)"
        if owner == "product":
            like = f"(SELECT id FROM product_product WHERE template = {like})"  # noqa: S608 - our own words
        database.execute(
            f"{_NUMBERS} INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - our own words
            f" SELECT {', '.join(values)} FROM number JOIN {table} AS old ON old.{owner} = {like}",
            {"first": _FIRST, "count": count, "like": _LIKE},
        )


def _value(column: str, named: tuple[str, ...]) -> str:
    if column in named:
        return "number.id"
    if column == "code":
        return "'PART-' || number.id"
    return f"old.{column}"
