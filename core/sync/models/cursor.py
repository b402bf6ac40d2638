"""How far a stream was read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Record
from core.db.types import Choice


class CursorMode(StrEnum):
    INCREMENTAL = "incremental"
    BACKFILL = "backfill"
    SWEEP = "sweep"


class SweepStep(StrEnum):
    """What a sweep is at, in this order."""

    #: Reading what the ERP lists, and the bodies of what differs.
    LIST = "list"
    #: Noting what we know and it did not list.
    MISS = "miss"
    #: Asking once more for what two sweeps did not list, and handing it to its module.
    PART = "part"


class Cursor(Record):
    """Moves in the transaction that stored the page. Stamps are the ERP's, never ours."""

    __tablename__ = "core_cursor"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "stream", "mode"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    #: '' for a sweep, which goes through the kind and not through a stream.
    stream: Mapped[str] = mapped_column(String(64))
    mode: Mapped[CursorMode] = mapped_column(Choice(CursorMode), default=CursorMode.INCREMENTAL)
    #: The furthest place: its stamp, and the id inside it or a feed's token.
    stamp: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")
    #: A reading under way: when it began by our clock, and how far it came. It goes on from there.
    began_at: Mapped[datetime | None]
    at_stamp: Mapped[datetime | None]
    at_place: Mapped[str] = mapped_column(default="")
    #: Where the next poll looks back to, for what was committed late.
    back_stamp: Mapped[datetime | None]
    #: How many records lie there that were read already: of many it is not asked every time.
    behind: Mapped[int] = mapped_column(default=0)
    #: Behind this nothing can appear any more: no poll goes further back.
    floor_stamp: Mapped[datetime | None]
    floor_place: Mapped[str] = mapped_column(default="")
    #: The place that becomes the floor once the overlap has passed since ``mark_at`` (our clock).
    mark_stamp: Mapped[datetime | None]
    mark_place: Mapped[str] = mapped_column(default="")
    mark_at: Mapped[datetime | None]
    #: Of a sweep: how many there were, and what it is at; None between two.
    round: Mapped[int] = mapped_column(default=0)
    step: Mapped[SweepStep | None] = mapped_column(Choice(SweepStep))
    #: Why a sweep or a backfill was asked for, for people.
    reason: Mapped[str] = mapped_column(default="")
    #: When its end was last reached: until then nothing had changed that we do not know.
    polled_at: Mapped[datetime | None]
    #: Records written, and records that came and were as we knew them.
    written: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    error_at: Mapped[datetime | None]
