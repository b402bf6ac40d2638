"""What an ERP's facts are worth: until when we know them, and how that ERP adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import func, select

from core.registry.connectors import installed_connectors
from core.sync.arithmetic import COMMERCIAL, Arithmetic
from core.sync.models import Connection, Cursor, CursorMode
from core.work import UnitOfWork


def known_until(work: UnitOfWork, kinds: Sequence[str]) -> Mapping[tuple[str, str], datetime]:
    """By connection's name and kind: up to then nothing had changed there that we do not know.

    A row of a mirror bears the moment of its last *change*; that it is still true is known from
    the poll that found nothing newer. A kind whose first reading is under way is left out.
    """
    statement = (
        select(Connection.name, Cursor.kind, func.min(Cursor.polled_at))
        .join(Cursor, Cursor.connection_id == Connection.id)
        .where(Cursor.kind.in_(kinds), Cursor.mode == CursorMode.INCREMENTAL)
        .group_by(Connection.name, Cursor.kind)
        .having(func.count() == func.count(Cursor.polled_at))
    )
    rows = work.session.execute(statement)
    return {(name, kind): at for name, kind, at in rows if at is not None}


def arithmetic_of(work: UnitOfWork, company_id: UUID) -> Arithmetic:
    """Of the ERP the company's orders go to; commercial rounding where there is none yet."""
    statement = select(Connection.connector).where(
        Connection.company_id == company_id, Connection.is_default
    )
    return _by_connector().get(work.session.scalar(statement) or "", COMMERCIAL)


@cache
def _by_connector() -> Mapping[str, Arithmetic]:
    """What is installed does not change while a process runs."""
    found = installed_connectors().installed
    return {key: one.item.manifest.arithmetic for key, one in found.items()}
