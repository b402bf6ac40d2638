"""``tandem run`` and ``tandem worker``: the processes that stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from core.config import Settings, load_settings
from core.db.migrate import version_table
from core.errors import Busy, Invalid, NotFound


@click.command()
def run() -> None:
    """Serve pages and API, with a worker beside, until Ctrl-C."""
    from core import serve  # noqa: PLC0415 - a server and a database that --help need not load
    from core.keeper import keep  # noqa: PLC0415 - as above
    from core.security.setup import code_file  # noqa: PLC0415

    settings = _initialised()
    _check_tables(settings)
    click.echo(f"Tandem is at http://{settings.host}:{settings.port}")
    if code_file(settings.data_dir).is_file():
        code = code_file(settings.data_dir).read_text(encoding="ascii").strip()
        click.echo(f"Nobody can sign in yet: enter the set-up code {code} at /setup.")
    serve.run(settings, keep=partial(keep, settings, workers=settings.workers))


@click.command()
@click.option("--queues", metavar="NAME,...", help="Take jobs of these queues only.")
@click.option("--threads", type=click.IntRange(1, 64), help="Run so many jobs at a time.")
def worker(*, queues: str | None, threads: int | None) -> None:
    """Only work off jobs; for machines beside the one that serves."""
    from core.keeper import keep  # noqa: PLC0415 - as above

    settings = _initialised()
    if queues is not None:
        names = tuple(name.strip() for name in queues.split(",") if name.strip())
        settings = replace(settings, worker_queues=names)
    if threads is not None:
        settings = replace(settings, worker_threads=threads)
    keep(settings)


def _initialised() -> Settings:
    """The children would otherwise make an empty database and fail one by one."""
    settings = load_settings()
    place = settings.url.removeprefix("sqlite:///")
    if place == settings.url:
        return settings
    if not _has_tables(Path(place)):
        raise NotFound(f"There is no database at {place}: run tandem init first.")
    if settings.workers != 1:
        raise Invalid("SQLite takes one worker process: set TANDEM_WORKERS to 1.")
    return settings


def _check_tables(settings: Settings) -> None:
    """Said once and here, not by every child over and over."""
    from core.compose import open_host  # noqa: PLC0415 - for who starts, not for --help
    from core.registry.revisions import check_tables  # noqa: PLC0415 - as above

    host = open_host(settings)
    try:
        with host.database.session(writes=False) as session:
            check_tables(session, host.registry)
    except Busy:
        return  # it is away for now: the children wait for it
    finally:
        host.database.close()


def _has_tables(path: Path) -> bool:
    """Another command may have left an empty file behind, or somebody something else."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "SELECT 1 FROM sqlite_master WHERE name = ?", (version_table("core"),)
        )
        return found.fetchone() is not None
