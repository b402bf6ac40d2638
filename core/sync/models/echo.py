"""What our own writes left in the ERP, so that reading them back is not taken for a change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Record


class Echo(Record):
    __tablename__ = "core_echo"
    __table_args__ = (Index("ix_core_echo_external", "connection_id", "kind", "external_id"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    version: Mapped[str | None] = mapped_column(String(128))
    #: Of the canonical document as it left: stamps of one second hide foreign changes.
    hash: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
