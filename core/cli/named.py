"""What a command's arguments name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from core.errors import NotFound
from core.sync.models import Connection
from core.work import UnitOfWork


def connection_named(work: UnitOfWork, name: str) -> UUID:
    found = work.session.scalar(select(Connection.id).where(Connection.name == name))
    if found is None:
        raise NotFound(f"There is no connection {name}.")
    return found
