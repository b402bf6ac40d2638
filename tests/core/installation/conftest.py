"""Tandem with a fake ERP in a folder; databases that are backed up, put back and copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import FILE, populate
from connectors.fake.erp import Erp
from core.cli.backup import copy_sqlite
from core.compose import open_host
from core.host import Host
from core.ids import new_id
from core.testing import trial
from core.testing.postgres import administration, database_name
from tests.core.sync.conftest import make_trial
from tests.core.sync.outbound import Trial

__all__ = ["make_trial"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "erp"


@pytest.fixture
def erp(folder: Path) -> Erp:
    found = FakeConnector.in_folder(str(folder))
    populate(found.store)
    return found


@pytest.fixture
def there(make_trial: Callable[[], Trial], folder: Path) -> Trial:
    opened = make_trial()
    opened.connect(path=str(folder))
    return opened


class Vault:
    """Backups of databases, as an operator makes and restores them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._databases: list[str] = []
        self._hosts: list[Host] = []

    def back_up(self, host: Host) -> str:
        """The URL of the backup."""
        target = self._folder / f"{new_id().hex}.sqlite"
        if host.database.is_sqlite:
            copy_sqlite(host.database.engine.url, target)
            return f"sqlite:///{target}"
        host.database.close()
        return self._copied(host.settings.url)

    def put_back(self, host: Host, backup: str) -> Host:
        """Over the file there was; on PostgreSQL beside it, as pg_restore would."""
        host.database.close()
        if not host.database.is_sqlite:
            return self.open(host, self._copied(backup))
        target = Path(make_url(host.settings.url).database or "")
        for beside in ("-wal", "-shm"):
            target.with_name(target.name + beside).unlink(missing_ok=True)
        target.write_bytes(Path(make_url(backup).database or "").read_bytes())
        return self.open(host, host.settings.url)

    def copy(self, host: Host) -> Host:
        """Beside the original, with a data folder of its own and the same keys."""
        if host.database.is_sqlite:
            target = self._folder / f"{new_id().hex}.sqlite"
            source = Path(make_url(host.settings.url).database or "")
            with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
                live.backup(copy)
            return self.open(host, f"sqlite:///{target}")
        host.database.close()
        return self.open(host, self._copied(host.settings.url))

    def open(self, like: Host, url: str) -> Host:
        settings = replace(like.settings, database_url=url)
        self._hosts.append(open_host(settings, trial.registry_with(FakeConnector())))
        return self._hosts[-1]

    def close(self) -> None:
        for host in self._hosts:
            host.database.close()
        for url in self._databases:
            name = make_url(url).database
            self._administer(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _copied(self, url: str) -> str:
        source, name = make_url(url), database_name(new_id())
        self._administer(url, f'CREATE DATABASE "{name}" TEMPLATE "{source.database}"')
        self._databases.append(source.set(database=name).render_as_string(hide_password=False))
        return self._databases[-1]

    def _administer(self, url: str, statement: str) -> None:
        server = make_url(url).set(database="postgres").render_as_string(hide_password=False)
        with administration(server) as engine, engine.connect() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = Vault(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def erp_file(folder: Path) -> Path:
    return folder / FILE
