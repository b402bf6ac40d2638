"""What ``tandem doctor`` looks at: each answers findings in words, and changes nothing."""

from __future__ import annotations

import base64
import hashlib
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    PackagePath,
    distribution,
    distributions,
)
from pathlib import Path

from sqlalchemy import func, select, text

from core.cli.opened import OPERATOR
from core.errors import CrmError
from core.host import Host
from core.installation.place import place_of
from core.registry import revisions
from core.registry.models import Installation
from core.registry.registry import Registry
from core.security.keys import connection_keys, read_keys, session_keys
from core.security.models import User
from core.security.vault import Vault
from core.sync.models import Connection
from core.typesetting import unshown_of
from core.workers import live_worker

_PACKAGE = "tandem-crm"
_OLDEST = (3, 11)
_LITTLE_DISK = 1024**3
#: What PDFs are set in, by a word of each.
_SCRIPTS = {"Latin": "Größe", "Vietnamese": "Nguyễn", "Thai": "ที่อยู่", "Chinese": "报价单"}


class Level(StrEnum):
    OK = "ok"
    #: Works, but somebody should know.
    NOTE = "note"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    words: str


def python() -> Finding:
    enough = sys.version_info[:2] >= _OLDEST
    words = f"{platform.python_version()} in {sys.prefix}"
    return Finding(Level.OK if enough else Level.FAIL, "Python", words)


def files() -> Iterator[Finding]:
    """Another distribution may bring a ``core`` too; pip then overwrites ours without a word."""
    try:
        ours = distribution(_PACKAGE)
    except PackageNotFoundError:
        yield Finding(Level.FAIL, "files", f"{_PACKAGE} is not installed here: pip install it.")
        return
    recorded = [path for path in ours.files or () if path.hash and path.suffix == ".py"]
    if not any(path.parts[0] == "core" for path in recorded):
        yield Finding(Level.OK, "files", "run from their source; nothing to compare")
        return
    changed = [path for path in recorded if not _is_as_recorded(ours, path)]
    for path in changed:
        yield Finding(Level.FAIL, "files", f"{path} is not what was installed{_claimed(path)}.")
    if not changed:
        yield Finding(Level.OK, "files", f"{len(recorded)} as installed")


def keys(data_dir: Path) -> Iterator[Finding]:
    for path in (connection_keys(data_dir), session_keys(data_dir)):
        try:
            Vault(read_keys(path))
        except CrmError as error:
            yield Finding(Level.FAIL, "keys", str(error))
            continue
        if path.stat().st_mode & 0o077:
            yield Finding(Level.FAIL, "keys", f"{path} can be read by others: chmod 600 it.")
        else:
            yield Finding(Level.OK, "keys", str(path))


def disk(data_dir: Path) -> Finding:
    free = shutil.disk_usage(data_dir if data_dir.exists() else Path.cwd()).free
    words = f"{free / 1024**3:.1f} GiB free at {data_dir}"
    return Finding(Level.OK if free > _LITTLE_DISK else Level.FAIL, "disk", words)


def fonts() -> Finding:
    """Papers name who they are for: without a font a name stands there as code points."""
    lacking = [script for script, sample in _SCRIPTS.items() if unshown_of(sample)]
    if not lacking:
        return Finding(Level.OK, "fonts", f"papers can show {', '.join(_SCRIPTS)}")
    words = f"no font for {', '.join(lacking)}: install fonts-noto-core and fonts-noto-cjk"
    return Finding(Level.NOTE, "fonts", words)


def packages(registry: Registry) -> Iterator[Finding]:
    for found in (registry.found, registry.connectors):
        for name, reason in found.broken.items():
            yield Finding(Level.FAIL, "package", f"{name} is broken: {reason}")


def database(host: Host) -> Iterator[Finding]:
    with host.database.session(writes=False) as session:
        if host.database.is_sqlite:
            problems = [said for (said,) in session.execute(text("PRAGMA quick_check"))]
            problems = [] if problems == ["ok"] else problems
            if session.execute(text("PRAGMA foreign_key_check")).first():
                problems.append("rows refer to rows that are gone")
            words = "SQLite " + str(session.scalar(text("SELECT sqlite_version()")))
        else:
            problems, words = [], "PostgreSQL " + str(session.scalar(text("SHOW server_version")))
    address = host.database.engine.url.render_as_string(hide_password=True)
    for problem in problems:
        yield Finding(Level.FAIL, "database", f"{problem}: restore a backup")
    if not problems:
        yield Finding(Level.OK, "database", f"{words} at {address}")


def tables(host: Host) -> Iterator[Finding]:
    with host.database.session(writes=False) as session:
        for one in revisions.tables(session, host.registry):
            if one.current is None and one.owner == "core":
                yield Finding(Level.FAIL, "tables", "there are none: run tandem init")
                return
            words = f"{one.owner} at {one.current}"
            if one.behind:
                words += f", behind {one.newest}: run tandem db upgrade"
            yield Finding(Level.FAIL if one.behind else Level.OK, "tables", words)


def modules(host: Host) -> Iterator[Finding]:
    with host.read(OPERATOR) as work:
        on = [module.name for module in work.enabled.modules[1:]]
    off = sorted(host.registry.modules.keys() - set(on))
    yield Finding(Level.OK, "modules", f"on: {', '.join(on) or 'none'}")
    if off:
        yield Finding(Level.NOTE, "modules", f"off: {', '.join(off)}")


def users(host: Host) -> Iterator[Finding]:
    with host.read(OPERATOR) as work:
        active = select(func.count()).select_from(User).where(User.active)
        count = work.session.scalar(active)
    words = f"{count} active" if count else "nobody can sign in yet: open /setup"
    yield Finding(Level.OK if count else Level.NOTE, "users", words)


def worker(host: Host) -> Iterator[Finding]:
    with host.read(OPERATOR) as work:
        alive = live_worker(work.session)
    words = "at work" if alive else "none at work: nothing reaches an ERP until tandem run starts"
    yield Finding(Level.OK if alive else Level.NOTE, "worker", words)


def installation(host: Host) -> Iterator[Finding]:
    with host.read(OPERATOR) as work:
        one = work.session.scalars(select(Installation)).one()
        held = {one.held, *work.session.scalars(select(Connection.held))} - {""}
        here = place_of(work.session, host.settings)
    yield Finding(Level.OK, "installation", f"{one.id}, epoch {one.epoch}")
    yield Finding(Level.OK, "installation", f"opened last as {one.place or 'nothing yet'}")
    if one.place not in {"", here}:
        yield Finding(Level.NOTE, "installation", f"here it is {here}")
    if not one.pushes:
        yield Finding(Level.NOTE, "installation", f"a copy of {one.copy_of}: it sends nothing")
    for reason in sorted(held):
        yield Finding(Level.FAIL, "installation", f"{reason} Decide with tandem sync resume.")


def _is_as_recorded(ours: Distribution, path: PackagePath) -> bool:
    place = Path(str(ours.locate_file(path)))
    if not path.hash or not place.is_file():
        return False
    digest = hashlib.new(path.hash.mode, place.read_bytes(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == path.hash.value


def _claimed(path: PackagePath) -> str:
    """Who else brought a file of that name."""
    owners = [
        found.name
        for found in distributions()
        if found.name != _PACKAGE and any(str(other) == str(path) for other in found.files or ())
    ]
    return f"; {', '.join(owners)} brought one too" if owners else ""
