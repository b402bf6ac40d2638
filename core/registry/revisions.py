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
from core.registry.registry import Registry


@dataclass(frozen=True, slots=True)
class Tables:
    """Those of one module, or of the host; None is before the first revision."""

    owner: str
    current: str | None
    newest: str | None

    @property
    def behind(self) -> bool:
        return self.current != self.newest


def tables(session: Session, registry: Registry) -> Iterator[Tables]:
    """The host's first: without them it can not be asked which modules are on."""
    yield Tables("core", current(session, "core"), newest("migrations", "versions"))
    for module in registry.enabled(session).modules[1:]:
        if module.migrations:
            package = registry.modules[module.name].package
            wanted = newest(package, module.migrations)
            yield Tables(module.name, current(session, module.name), wanted)


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
    revisions = [
        _revision(Path(str(path)))
        for path in files(package).joinpath(folder).iterdir()
        if path.name.endswith(".py")
    ]
    followed = {before for _own, before in revisions}
    heads = [own for own, _before in revisions if own is not None and own not in followed]
    return heads[0] if len(heads) == 1 else None


def _revision(path: Path) -> tuple[str | None, str | None]:
    """What the file is called and what it follows; None for one that is no revision."""
    said: dict[str, str | None] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            said[node.targets[0].id] = value if isinstance(value, str) else None
    return said.get("revision"), said.get("down_revision")
