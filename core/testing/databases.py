"""Fresh databases for tests, each a copy of one on which the real migrations ran."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.ids import new_id
from core.registry.graph import load_order
from core.registry.registry import Registry
from core.testing.postgres import postgres_database


def migrate(url: str, registry: Registry, data_dir: Path) -> None:
    """Bring the empty database up with every installed module on."""
    host = open_host(Settings(data_dir=data_dir, database_url=url), registry)
    try:
        host.upgrade()
        enable_all(host)
    finally:
        host.database.close()


def enable_all(host: Host) -> None:
    modules = host.registry.modules
    for name in load_order({name: modules[name].item.requires for name in modules}):
        host.enable(name, system("tests"))


@contextmanager
def sqlite_database(folder: Path, *, template: Path | None = None) -> Iterator[str]:
    """The URL of a new file in ``folder``, a copy of ``template``; removed at the end."""
    path = folder / f"{new_id()}.sqlite"
    if template is not None:
        # Its last connection is closed: the journal is part of the file by now.
        shutil.copyfile(template, path)
    try:
        yield sqlite_url(path)
    finally:
        for file in folder.glob(f"{path.name}*"):
            file.unlink()


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


@contextmanager
def postgres_template(server_url: str, registry: Registry, data_dir: Path) -> Iterator[str]:
    with postgres_database(server_url) as url:
        migrate(url, registry, data_dir)
        yield url
