"""What all processes know of how an ERP may be called just now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base


class Gate(Base):
    """One per connection that was ever in trouble or is paced. All times by the database's clock.

    Not part of the connection's row: workers write here, and must not make the form stale that an
    admin has open.
    """

    __tablename__ = "core_gate"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"), primary_key=True)
    #: Calls in a row that the ERP did not answer.
    failures: Mapped[int] = mapped_column(default=0)
    #: Since when nothing is called because it does not answer; None: it may be called.
    opened_at: Mapped[datetime | None]
    #: When it is asked next whether it answers again, and how often that was in vain.
    probe_at: Mapped[datetime | None]
    probes: Mapped[int] = mapped_column(default=0)
    #: The ERP asked us to wait until then.
    blocked_until: Mapped[datetime | None]
    #: The words that opened or blocked it.
    reason: Mapped[str] = mapped_column(default="")
    #: Calls up to here are given away, where the connection has a limit per second.
    paced_until: Mapped[datetime | None]
