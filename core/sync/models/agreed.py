"""What both sides last agreed on of a record that both may change: the base of a merge."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record


class Agreed(Owned, Record):
    """One per record and connection, by field, in plain values.

    The same value may read differently on either side (the ERP writes names in capitals), so a
    field has two readings, and a side has changed it when its own reading has.
    """

    __tablename__ = "core_agreed"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "local_id"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    local_id: Mapped[UUID]
    #: As the ERP last said it.
    theirs: Mapped[dict[str, Any]]
    #: Only what reads differently here.
    ours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Fields we wrote over there and have not read back since.
    awaited: Mapped[list[Any]] = mapped_column(default=list)
    #: By field, what writes carry that left, oldest first: any of it, or none, may be over there.
    carried: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: By field, writes whose end nobody saw, each with the moment it left: the ERP may still carry
    #: one out, and then it says what we once wanted.
    late: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Who changed which field here last, and when: ``{"name": ["Mia", "2026-11-22T19:55Z"]}``.
    touched: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: When the ERP last said anything of it, by its own clock if it has one.
    observed_at: Mapped[datetime] = mapped_column(default=utcnow)
