"""Changing a connection that is set up: its name, its settings, and whether orders go there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.host import Host
from core.sync.connections import configure, free_name
from core.sync.models import Connection, ConnectionState
from core.sync.outbox import adopt_waiting
from core.versions import check_version
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a connection shall be; a secret that is left out of the settings stays as it is."""

    name: str
    is_default: bool
    settings: Mapping[str, Any]


def change(
    work: UnitOfWork, host: Host, connection_id: UUID, *, wish: Wish, version: int
) -> Connection:
    """Raise Stale when it was saved since ``version``, Invalid naming each field at fault.

    A company has at most one default: another connection of it stops being that.
    """
    connection = fetch(work, Connection, connection_id, lock=True)
    check_version(connection, version)
    connection.name = free_name(work, wish.name, besides=connection.id)
    if wish.is_default and not connection.is_default:
        _no_default(work, connection.company_id)
        if connection.state is not ConnectionState.DRAFT:
            adopt_waiting(work, connection)
    connection.is_default = wish.is_default
    return configure(work, host, connection_id, wish.settings)


def _no_default(work: UnitOfWork, company_id: UUID) -> None:
    now = select(Connection).where(Connection.company_id == company_id, Connection.is_default)
    for other in work.session.scalars(now):
        other.is_default = False
    # Before the new one is written: the database allows one at a time.
    work.session.flush()
