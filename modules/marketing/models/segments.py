"""Segments: who belongs together, by what is known of them or by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record


class Segment(Owned, Editable, Record):
    __tablename__ = "marketing_segment"
    __journal__: ClassVar[tuple[str, ...]] = ("name", "tree", "is_list", "active")

    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(default="")
    #: True: its members were chosen one by one, or kept as they matched once.
    is_list: Mapped[bool] = mapped_column(default=False)
    #: The conditions of one that is no list: see ``rules/conditions.py``.
    tree: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=True)
    #: When its members were last looked at, for those who wait for entries.
    watched_at: Mapped[datetime | None]


class SegmentMember(Owned, Record):
    """Of a list: who is on it. Of a watched segment: who was in it when it was last looked at."""

    __tablename__ = "marketing_segment_member"
    __table_args__ = (UniqueConstraint("segment_id", "party_id"),)

    segment_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_segment.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=utcnow)
