"""How far a stream was read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Record
from core.sync.models.choice import choice


class CursorMode(StrEnum):
    INCREMENTAL = "incremental"
    BACKFILL = "backfill"
    SWEEP = "sweep"


class Cursor(Record):
    """Moves in the transaction that stored the page."""

    __tablename__ = "core_cursor"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "stream", "mode"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    stream: Mapped[str] = mapped_column(String(64))
    mode: Mapped[CursorMode] = mapped_column(choice(CursorMode), default=CursorMode.INCREMENTAL)
    #: The largest stamp the ERP gave, by its clock; and the id, or a feed's token, at that place.
    stamp: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")
    #: External id to stamp of what was read within the overlap, so that it is not read twice.
    recent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: The first full read is over.
    complete: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    error_at: Mapped[datetime | None]
