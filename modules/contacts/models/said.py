"""What an ERP last said of a party, beside what we hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Owned, Record


class PartyInErp(Owned, Record):
    """The base of the three-way merge, and the other side's value on the page.

    ``said`` is the document in plain values, without what is the same for all parties.
    """

    __tablename__ = "contacts_party_in_erp"
    __table_args__ = (UniqueConstraint("connection_id", "party_id"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    connection_id: Mapped[UUID]
    said: Mapped[dict[str, Any]]
    observed_at: Mapped[datetime]
