"""The same stock levels by the bare driver, the quickest way each has (see the design's figures).

SQLite: statements of 2,000 rows. PostgreSQL: COPY into a table of the transaction, one upsert.
One transaction, no pages, no cursor, no bindings: what a script would do that is run once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import text

from core.clock import utcnow
from core.host import Host
from core.ids import new_id
from core.sync.documents import StockLevel
from core.sync.values import Seen

_COLUMNS = (
    *("id", "company_id", "source", "observed_at"),
    *("product_id", "warehouse", "on_hand", "available", "uom"),
)
_NAMES = ", ".join(_COLUMNS)
_CHANGED = ("on_hand", "available", "uom", "source")
_CONFLICT = f"""ON CONFLICT (product_id, warehouse) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in (*_CHANGED, "observed_at"))}
    WHERE {" OR ".join(f"stock_level.{name} {{differs}} excluded.{name}" for name in _CHANGED)}"""  # noqa: S608 - our own words
_PLACE = f"({', '.join('?' * len(_COLUMNS))})"
_ROWS = 2_000
_BOUND = "SELECT external_id, local_id, company_id FROM core_binding WHERE kind = 'catalog.product'"

Levels = Sequence[Seen[StockLevel]]


@dataclass(frozen=True, slots=True)
class RawStock:
    write: Callable[[Levels], None]
    #: The server processes behind this connection and behind the host's.
    pids: tuple[int, ...] = ()


@contextmanager
def raw_stock(host: Host) -> Iterator[RawStock]:
    if host.database.is_sqlite:
        path = host.database.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            yield RawStock(lambda levels: _by_sqlite(connection, levels))
        return
    with psycopg.connect(host.database.url) as own, host.database.engine.connect() as theirs:
        their_pid: int = theirs.execute(text("SELECT pg_backend_pid()")).scalar_one()
        theirs.close()  # back into the pool, where the host takes it from
        pids = (own.info.backend_pid, their_pid)
        yield RawStock(lambda levels: _by_postgresql(own, levels), pids)


def _by_sqlite(connection: sqlite3.Connection, levels: Levels) -> None:
    connection.execute("BEGIN IMMEDIATE")
    bound = {number: rest for number, *rest in connection.execute(_BOUND)}
    now = utcnow().strftime("%Y-%m-%d %H:%M:%S.%f")
    for start in range(0, len(levels), _ROWS):
        part = levels[start : start + _ROWS]
        values: list[Any] = []
        for level in part:
            values += _sqlite_row(level.body, bound, now)
        places = ",".join([_PLACE] * len(part))
        conflict = _CONFLICT.format(differs="IS NOT")
        connection.execute(
            f"INSERT INTO stock_level ({_NAMES}) VALUES {places} {conflict}",  # noqa: S608 - our own words
            values,
        )
    connection.execute("COMMIT")


def _sqlite_row(document: Any, bound: dict[str, Any], now: str) -> tuple[Any, ...]:
    product, company = bound[document.product]
    on_hand, available = document.on_hand, document.available
    return (
        new_id().hex,
        company,
        "ERP",
        now,
        product,
        document.warehouse,
        int(on_hand.amount.scaleb(6)),
        int(available.amount.scaleb(6)),
        on_hand.uom,
    )


def _by_postgresql(connection: psycopg.Connection[Any], levels: Levels) -> None:
    now = utcnow()
    with connection.transaction(), connection.cursor() as cursor:
        bound = {number: rest for number, *rest in cursor.execute(_BOUND)}
        cursor.execute("CREATE TEMP TABLE levels (LIKE stock_level) ON COMMIT DROP")
        with cursor.copy(f"COPY levels ({_NAMES}) FROM STDIN") as copy:
            for level in levels:
                copy.write_row(_postgresql_row(level.body, bound, now))
        conflict = _CONFLICT.format(differs="IS DISTINCT FROM")
        cursor.execute(
            f"INSERT INTO stock_level ({_NAMES}) SELECT {_NAMES} FROM levels {conflict}"  # noqa: S608 - our own words
        )


def _postgresql_row(document: Any, bound: dict[str, Any], now: Any) -> tuple[Any, ...]:
    product, company = bound[document.product]
    on_hand, available = document.on_hand, document.available
    return (
        *(new_id(), company, "ERP", now, product, document.warehouse),
        *(on_hand.amount, available.amount, on_hand.uom),
    )
