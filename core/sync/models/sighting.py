"""What a stream showed behind the place the next poll starts at, so that it is not read twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class Sighting(Base):
    """Rows and not a column of the cursor: a mass change puts a million of them into a minute."""

    __tablename__ = "core_sighting"
    __table_args__ = (Index("ix_core_sighting_stamp", "cursor_id", "stamp"),)

    cursor_id: Mapped[UUID] = mapped_column(ForeignKey("core_cursor.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    #: The newest stamp it was read with.
    stamp: Mapped[datetime]
