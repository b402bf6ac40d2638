"""Planned next steps: who does what with a party, and by when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from modules.contacts.rules import ActivityKind


class Activity(Owned, Editable, Record):
    """Open until it is done or dropped; done, it is an interaction on the party's timeline."""

    __tablename__ = "contacts_activity"
    __table_args__ = (
        UniqueConstraint("company_id", "key"),
        Index(
            "ix_contacts_activity_assignee_id_closed_at_due_at",
            "assignee_id",
            "closed_at",
            "due_at",
        ),
        Index("ix_contacts_activity_party_id_closed_at_due_at", "party_id", "closed_at", "due_at"),
        Index("ix_contacts_activity_about_kind_about_id", "about_kind", "about_id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "kind",
        "summary",
        "due_at",
        "assignee_id",
        "party_id",
        "closed_at",
        "done",
        "outcome",
    )

    kind: Mapped[ActivityKind] = mapped_column(Choice(ActivityKind))
    summary: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime]
    #: None: whoever comes first.
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    #: None: about a record whose party is not known yet, as of a lead.
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_party.id"))
    #: The record it belongs to, as the bindings call it: ``sales.opportunity`` and its id.
    about_kind: Mapped[str | None] = mapped_column(String(64))
    about_id: Mapped[UUID | None]
    #: That record's page: Flask endpoint and values.
    link: Mapped[str | None] = mapped_column(String(120))
    link_params: Mapped[dict[str, Any]]
    #: What planned it calls it: the same key twice is the same activity.
    key: Mapped[str | None] = mapped_column(String(200))
    #: When it was done or dropped; ``done`` says which.
    closed_at: Mapped[datetime | None]
    done: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(default="")
    interaction_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_interaction.id"))
