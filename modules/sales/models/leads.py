"""Leads: demand nobody has qualified yet, where it came from, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from modules.sales.rules.leads import Disqualified, LeadSource, LeadState


class LeadForm(Owned, Editable, Record):
    """A form on the company's own site; ``key`` is its address here, and no secret."""

    __tablename__ = "sales_lead_form"
    __journal__: ClassVar[tuple[str, ...]] = ("title", "consent_text", "active", "owner_id")
    __table_args__ = (UniqueConstraint("key"),)

    key: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    intro: Mapped[str] = mapped_column(default="")
    #: What somebody agrees to by ticking; empty: nothing is asked.
    consent_text: Mapped[str] = mapped_column(default="")
    thanks: Mapped[str] = mapped_column(default="")
    #: Who gets what comes in.
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    active: Mapped[bool] = mapped_column(default=True)


class LeadImport(Owned, Record):
    """One table brought in: read and planned first, then applied, then perhaps taken back."""

    __tablename__ = "sales_lead_import"
    __journal__: ClassVar[tuple[str, ...]] = ("file_name", "applied_at", "undone_at")

    file_name: Mapped[str] = mapped_column(String(200))
    author: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Line by line: its fields, and what is to become of it; as ``importing.py`` writes them.
    plan: Mapped[list[Any]]
    #: Heads of columns that are not read.
    unread: Mapped[list[Any]]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    created: Mapped[int] = mapped_column(default=0)
    #: Of those, how many the undoing took away.
    removed: Mapped[int] = mapped_column(default=0)


class Lead(Owned, Editable, Record):
    __tablename__ = "sales_lead"
    __table_args__ = (
        Index("ix_sales_lead_created_at_id", "created_at", "id"),
        Index("ix_sales_lead_updated_at_id", "updated_at", "id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "state",
        "name",
        "organisation",
        "email",
        "phone",
        "owner_id",
        "reason",
        "party_id",
        "opportunity_id",
    )

    state: Mapped[LeadState] = mapped_column(Choice(LeadState), default=LeadState.NEW, index=True)
    #: The person, the organisation, or both.
    name: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    tax_id: Mapped[str | None] = mapped_column(String(64))
    city: Mapped[str] = mapped_column(String(120), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    language: Mapped[str | None] = mapped_column(String(16))
    #: What they want, in their words.
    interest: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    source: Mapped[LeadSource] = mapped_column(Choice(LeadSource), default=LeadSource.HAND)
    form_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_lead_form.id"), index=True)
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_lead_import.id"), index=True)
    #: ``utm_source`` and its like, and the page they came from.
    utm: Mapped[dict[str, Any]]
    #: The words they agreed to, and when; None: they did not.
    consent_text: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    reason: Mapped[Disqualified | None] = mapped_column(Choice(Disqualified))
    reason_note: Mapped[str] = mapped_column(default="")
    #: Set by the conversion.
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    opportunity_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_opportunity.id"))
    converted_at: Mapped[datetime | None]
    converted_by: Mapped[str | None]

    @property
    def title(self) -> str:
        return " · ".join(part for part in (self.name, self.organisation) if part)
