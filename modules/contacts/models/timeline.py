"""What happened with a party: what people noted, and what other modules tell."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from core.work import OURSELVES
from modules.contacts.rules import Channel, Direction


class Interaction(Owned, Editable, Record):
    """A contact with a party, or a note about it; its line in the timeline points here."""

    __tablename__ = "contacts_interaction"
    __journal__: ClassVar[tuple[str, ...]] = (
        "channel",
        "direction",
        "text",
        "outcome",
        "next_step",
        "next_on",
        "happened_at",
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    #: None where nobody called the other: a note, a visit of both.
    direction: Mapped[Direction | None] = mapped_column(Choice(Direction))
    text: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="")
    next_step: Mapped[str] = mapped_column(default="")
    next_on: Mapped[date | None]
    happened_at: Mapped[datetime]
    author_id: Mapped[UUID | None]
    author: Mapped[str]


class TimelineEntry(Owned, Record):
    """One line. ``text`` is translated where it is shown, and filled from ``params``."""

    __tablename__ = "contacts_timeline_entry"
    __table_args__ = (
        Index("ix_contacts_timeline_entry_party_id_happened_at", "party_id", "happened_at", "id"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    happened_at: Mapped[datetime]
    #: ``module.what``: ``sales.confirmed``.
    kind: Mapped[str] = mapped_column(String(64))
    text: Mapped[str]
    params: Mapped[dict[str, Any]]
    #: The page of the record it is about: Flask endpoint and values.
    link: Mapped[str | None] = mapped_column(String(120))
    link_params: Mapped[dict[str, Any]]
    interaction_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_interaction.id"))
    #: The system that said so, and who did it there.
    source: Mapped[str] = mapped_column(String(64), default=OURSELVES)
    author: Mapped[str] = mapped_column(default="")
