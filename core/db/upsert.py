"""INSERT that may meet a row: both databases have ON CONFLICT, SQLAlchemy no common word for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.db.base import Base


def insert_into(table: type[Base], session: Session) -> Any:
    """The INSERT of the session's dialect: its ``on_conflict_...`` are the same on both."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return (sqlite if is_sqlite else postgresql).insert(table)
