"""Engines for SQLite and PostgreSQL that behave alike where it matters."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

#: Seconds a writer waits for another one before the caller hears "busy, try again".
BUSY_WAIT_S = 10
#: Seconds after which PostgreSQL ends a transaction whose process says nothing: a frozen worker
#: must not keep its locks from those who take over.
FROZEN_S = 60
#: The second is how many write it.
_POSTGRESQL = frozenset({"postgresql", "postgres"})


def open_engine(url: str) -> Engine:
    """An engine with foreign keys on, times in UTC and transactions that begin when told.

    ``postgresql://`` means psycopg 3, whatever SQLAlchemy's version.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(create_engine(parsed, connect_args={"timeout": BUSY_WAIT_S}))
    if parsed.get_backend_name() not in _POSTGRESQL:
        raise ArgumentError(f"{parsed.get_backend_name()} is neither sqlite nor postgresql.")
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_timeout=BUSY_WAIT_S,
        # Nothing of ours is of that type; to look it up is a statement of every connection.
        use_native_hstore=False,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_WAIT_S}s"
            f" -c idle_in_transaction_session_timeout={FROZEN_S}s",
        },
    )


def _sqlite(engine: Engine) -> Engine:
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes too late for DDL and for reads: ``_begin`` says it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: an attempt row must survive a power cut, or an order could be sent twice.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    # A reader that becomes a writer half-way fails at once if somebody wrote in between.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
