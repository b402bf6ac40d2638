"""How far a stream was read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Record
from core.db.types import Choice


class CursorMode(StrEnum):
    INCREMENTAL = "incremental"
    BACKFILL = "backfill"
    SWEEP = "sweep"


class Cursor(Record):
    """Moves in the transaction that stored the page. Stamps are the ERP's, never ours."""

    __tablename__ = "core_cursor"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "stream", "mode"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    stream: Mapped[str] = mapped_column(String(64))
    mode: Mapped[CursorMode] = mapped_column(Choice(CursorMode), default=CursorMode.INCREMENTAL)
    #: The furthest place: its stamp, and the id inside it or a feed's token.
    stamp: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")
    #: Behind this nothing can appear any more: the overlap does not go further back.
    floor_stamp: Mapped[datetime | None]
    floor_place: Mapped[str] = mapped_column(default="")
    #: The place that becomes the floor once the overlap has passed since ``mark_at`` (our clock).
    mark_stamp: Mapped[datetime | None]
    mark_place: Mapped[str] = mapped_column(default="")
    mark_at: Mapped[datetime | None]
    #: External id to stamp of what was read behind the floor, so that it is not read twice.
    recent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: When its end was last reached: until then nothing had changed that we do not know.
    polled_at: Mapped[datetime | None]
    #: Records written, and records that came and were as we knew them.
    written: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    error_at: Mapped[datetime | None]
