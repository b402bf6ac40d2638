"""Customers' own accounts, and the browsers they are signed in with."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record


class Account(Owned, Editable, Record):
    """Lets one person see what is a party's. ``password_hash`` '' : not accepted yet."""

    __tablename__ = "portal_account"
    __journal__: ClassVar[tuple[str, ...]] = ("email", "name", "party_id", "accepted_at", "closed")

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    #: Case folded. One account per address, whatever the company: it is what they sign in with.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(default="")
    #: SHA-256 of what stands in the invitation's link; None: there is no open one.
    invitation_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invitation_ends: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    closed: Mapped[bool] = mapped_column(default=False)


class Visit(Record):
    """A browser a customer signed in with; without the row its cookie is worth nothing."""

    __tablename__ = "portal_visit"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("portal_account.id", ondelete="CASCADE"), index=True
    )
    #: SHA-256 of the cookie.
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(index=True)
