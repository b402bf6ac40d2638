"""Alembic's environment: always inside a connection and a transaction the host hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from core.db.base import Base
from core.db.migrate import version_table
from core.db.types import Choice, Exact, UtcDateTime

name: str = context.config.attributes["name"]


def mine(object_name: str | None, kind: str, _parents: object) -> bool:
    """Autogenerate compares only the tables of the module at hand."""
    return kind != "table" or (object_name or "").startswith(f"{name}_")


def here(item: Any, object_name: str | None, kind: str, _reflected: object, _other: object) -> bool:
    """An index may be for one database ``only``: PostgreSQL's inverted ones."""
    dialect = context.config.attributes["connection"].dialect.name
    return mine(object_name, kind, {}) and item.info.get("only", dialect) == dialect


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Our column types by their own names, so that a revision reads like the model."""
    if kind != "type":
        return False
    if isinstance(item, Choice):
        return "sa.String(length=32)"
    if isinstance(item, UtcDateTime | Exact):
        return f"types.{type(item).__name__}()"
    return "types.PLAIN" if isinstance(item, JSON) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=version_table(name),
    include_name=mine,
    include_object=here,
    render_item=render,
    compare_type=True,
)
context.run_migrations()
