"""What the last sweeps saw of an ERP's records: which versions, and what was not there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class Listed(Base):
    """One per record a sweep met or missed. ``round`` counts the sweeps of a kind from 1."""

    __tablename__ = "core_listed"
    __table_args__ = (Index("ix_core_listed_missed_in", "connection_id", "kind", "missed_in"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    #: As it was listed when its body was last compared; None: compare it the next time.
    version: Mapped[str | None] = mapped_column(String(128))
    #: The last sweep that listed it; 0: none ever did.
    round: Mapped[int]
    #: The first sweep that did not, since it was last listed.
    missed_in: Mapped[int | None]
    #: When it was handed to its module as deleted.
    gone_at: Mapped[datetime | None]
