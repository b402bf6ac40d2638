"""How far the tables of this database are, and how far the installed code wants them.

Read from the files and the version tables themselves: Alembic would cost every web process 0.7 s.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from sqlalchemy import ColumnClause, column, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.db.migrate import version_table
from core.errors import CrmError
from core.registry.registry import Registry


@dataclass(frozen=True, slots=True)
class Tables:
    """Those of one module, or of the host; None is before the first revision."""

    owner: str
    current: str | None
    newest: str | None
    #: The installed code does not know where they are: a later version was here.
    ahead: bool = False

    @property
    def behind(self) -> bool:
        return self.current != self.newest


class WrongTables(CrmError):
    """The database is not as the installed code wants it."""

    code = "db.wrong_tables"


def check_tables(session: Session, registry: Registry) -> None:
    """Raise WrongTables, saying what to do, unless all are as the installed code wants them."""
    for one in tables(session, registry):
        if one.current is None and one.owner == "core":
            raise WrongTables("There are no tables in the database: run tandem init first.")
        if one.ahead:
            raise WrongTables(
                f"The tables of {one.owner} are at {one.current}, which this version of Tandem does"
                " not know: start the version that made them, or a newer one."
            )
        if one.behind:
            raise WrongTables(
                f"The tables of {one.owner} are at {one.current} and this version of Tandem needs"
                f" {one.newest}: run tandem db upgrade first."
            )


def tables(session: Session, registry: Registry) -> Iterator[Tables]:
    """The host's first: without them it can not be asked which modules are on."""
    yield _tables(session, "core", "migrations", "versions")
    for module in registry.enabled(session).modules[1:]:
        if module.migrations:
            package = registry.modules[module.name].package
            yield _tables(session, module.name, package, module.migrations)


def _tables(session: Session, owner: str, package: str, folder: str) -> Tables:
    now, known = current(session, owner), {own for own, _before in _revisions(package, folder)}
    return Tables(owner, now, newest(package, folder), ahead=now is not None and now not in known)


def current(session: Session, owner: str) -> str | None:
    number: ColumnClause[str] = column("version_num")
    known = table(version_table(owner), number)
    try:
        with session.begin_nested():
            found: str | None = session.scalar(select(number).select_from(known))
    except SQLAlchemyError:  # the table comes with the first revision
        return None
    return found


@cache
def newest(package: str, folder: str) -> str | None:
    """The installed head; None when there is none, or more than one."""
    revisions = _revisions(package, folder)
    followed = {before for _own, before in revisions}
    heads = [own for own, _before in revisions if own is not None and own not in followed]
    return heads[0] if len(heads) == 1 else None


@cache
def _revisions(package: str, folder: str) -> list[tuple[str | None, str | None]]:
    return [
        _revision(Path(str(path)))
        for path in files(package).joinpath(folder).iterdir()
        if path.name.endswith(".py")
    ]


def _revision(path: Path) -> tuple[str | None, str | None]:
    """What the file is called and what it follows; None for one that is no revision."""
    said: dict[str, str | None] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            said[node.targets[0].id] = value if isinstance(value, str) else None
    return said.get("revision"), said.get("down_revision")
