"""``tandem backup``: a consistent copy of the database while everything goes on working."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import click
from sqlalchemy import URL, make_url

from core.cli.opened import quiet_settings
from core.clock import utcnow
from core.config import Settings
from core.errors import CrmError, Invalid, NotFound


class BackupFailed(CrmError):
    """No copy was made; what stood at its place before still does."""

    code = "backup.failed"


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
def backup(target: Path | None) -> None:
    """Copy the database to TARGET, by default a new file in the data folder's backups."""
    settings = quiet_settings()
    url = make_url(settings.url)
    is_sqlite = url.get_backend_name() == "sqlite"
    chosen = target or _usual_place(settings, "sqlite" if is_sqlite else "dump")
    if chosen.exists():
        raise Invalid(f"{chosen} is there already; a backup replaces nothing.")
    chosen.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = chosen.with_name(chosen.name + ".part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        (copy_sqlite if is_sqlite else dump_postgresql)(url, unfinished)
        unfinished.rename(chosen)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(str(chosen))
    click.echo(_HINT.format(keys=settings.data_dir / "keys", how=_how(chosen, is_sqlite)), err=True)


_HINT = (
    "The keys in {keys} are not in it: keep a copy of them elsewhere, or the secrets of connections"
    " have to be entered again. To restore: {how}."
)


def _how(chosen: Path, is_sqlite: bool) -> str:  # noqa: FBT001 - called once, above
    if is_sqlite:
        return f"stop Tandem, copy {chosen.name} over tandem.sqlite and remove tandem.sqlite-wal"
    return f"pg_restore --no-owner --dbname=NEW_DATABASE {chosen.name}"


def copy_sqlite(url: URL, target: Path) -> None:
    """A snapshot by SQLite's own backup, then looked through."""
    source = Path(url.database or "")
    if not source.is_file():
        raise NotFound(f"There is no database at {source}: run tandem init first.")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        _mark(copy)
        # A copy in write-ahead mode would need its second file beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        (said,) = copy.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise BackupFailed(f"The copy is damaged, so the database may be: {said}")


def _mark(copy: sqlite3.Connection) -> None:
    """Wherever it is opened, it is known not to be what the original is by then."""
    with suppress(sqlite3.OperationalError):  # made by a version that had no such column
        place = f"the backup of {utcnow():%Y-%m-%d %H:%M} UTC"
        copy.execute("UPDATE core_installation SET place = ?", (place,))
        copy.commit()


def dump_postgresql(url: URL, target: Path) -> None:
    """One transaction's view of the database, in pg_dump's own compressed format."""
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupFailed("pg_dump is missing: install postgresql-client of the server's version.")
    # The password goes through the environment: arguments can be listed by everybody.
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": url.password} if url.password else {}
    command = [program, "--format=custom", "--no-owner", f"--file={target}", address]
    done = subprocess.run(  # noqa: S603 - no shell, and the program's own arguments
        command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFailed(f"pg_dump failed: {done.stderr.strip()}")


def _usual_place(settings: Settings, kind: str) -> Path:
    moment = utcnow().strftime("%Y%m%d-%H%M%S")
    return settings.data_dir / "backups" / f"tandem-{moment}.{kind}"
