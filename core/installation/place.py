"""Where a database is, in words that are the same for all processes that rightly share it.

SQLite: host and file. PostgreSQL: server and database as these know themselves, and the address
they are reached at; which machine asks does not count, so that many may work on one database.
"""

from __future__ import annotations

import os
import platform

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.config import Settings

_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


def place_of(session: Session, settings: Settings) -> str:
    """``settings.installation_name`` stands for the host, where hosts have changing names."""
    engine = session.get_bind().engine
    if engine.dialect.name == "sqlite":
        host = settings.installation_name or platform.node()
        return f"{os.path.realpath(engine.url.database or '')} on {host}"
    host = settings.installation_name or _address(engine.url)
    return f"{_database(session)} at {host}"


def _database(session: Session) -> str:
    """A restored or copied database has another number, a server of its own another system."""
    query = text("SELECT oid, datname FROM pg_database WHERE datname = current_database()")
    oid, name = session.execute(query).one()
    return f"database {name} (number {oid}, system {_system(session)})"


def _system(session: Session) -> str:
    try:
        with session.begin_nested():
            number = session.scalar(text("SELECT system_identifier FROM pg_control_system()"))
    except SQLAlchemyError:  # a server that tells its administrators only
        return "not told"
    return str(number)


def _address(url: URL) -> str:
    """A snapshot of a whole server keeps both numbers: what tells it apart is its address."""
    host = url.host or ""
    if host in _HERE or host.startswith("/"):
        return "this machine"
    return f"{host}:{url.port or 5432}"
