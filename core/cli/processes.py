"""``tandem run`` and ``tandem worker``: the processes that stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from core.config import Settings, load_settings
from core.db.migrate import version_table
from core.errors import NotFound


@click.command()
def run() -> None:
    """Serve pages and API, with a worker beside, until Ctrl-C."""
    from core import serve  # noqa: PLC0415 - a server and a database that --help need not load
    from core.security.setup import code_file  # noqa: PLC0415

    settings = _initialised()
    click.echo(f"Tandem is at http://{settings.host}:{settings.port}")
    if code_file(settings.data_dir).is_file():
        code = code_file(settings.data_dir).read_text(encoding="ascii").strip()
        click.echo(f"Nobody can sign in yet: enter the set-up code {code} at /setup.")
    serve.run(settings)


@click.command()
def worker() -> None:
    """Only work off jobs; for machines beside the one that serves."""
    from core import serve  # noqa: PLC0415

    serve.work(_initialised())


def _initialised() -> Settings:
    """The children would otherwise make an empty database and fail one by one."""
    settings = load_settings()
    place = settings.url.removeprefix("sqlite:///")
    if place != settings.url and not _has_tables(Path(place)):
        raise NotFound(f"There is no database at {place}: run tandem init first.")
    return settings


def _has_tables(path: Path) -> bool:
    """Another command may have left an empty file behind, or somebody something else."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "SELECT 1 FROM sqlite_master WHERE name = ?", (version_table("core"),)
        )
        return found.fetchone() is not None
