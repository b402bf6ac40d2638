"""Where a party is, and how it is reached."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Editable, Owned, Record
from core.db.types import Choice
from core.work import OURSELVES
from modules.contacts.rules import PointKind


class Address(Owned, Editable, Record):
    __tablename__ = "contacts_address"
    __journal__: ClassVar[tuple[str, ...]] = (
        "party_id",
        "street",
        "postal_code",
        "city",
        "region",
        "country",
        "billing",
        "shipping",
        "active",
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    street: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(String(32), default="")
    city: Mapped[str] = mapped_column(String(120), default="", index=True)
    region: Mapped[str] = mapped_column(String(120), default="")
    #: ISO 3166-1 alpha-2; empty: not known.
    country: Mapped[str] = mapped_column(String(2), default="", index=True)
    #: What it serves: invoices, goods, both or neither.
    billing: Mapped[bool] = mapped_column(default=True)
    shipping: Mapped[bool] = mapped_column(default=True)
    #: False: removed, and kept for the orders that went there.
    active: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(String(64), default=OURSELVES)


class AddressKey(Base):
    """What one ERP calls an address, so that an order can name it there; every ERP has its own."""

    __tablename__ = "contacts_address_key"

    address_id: Mapped[UUID] = mapped_column(
        ForeignKey("contacts_address.id", ondelete="CASCADE"), primary_key=True
    )
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200))


class ContactPoint(Owned, Editable, Record):
    __tablename__ = "contacts_contact_point"
    __journal__: ClassVar[tuple[str, ...]] = ("party_id", "kind", "value", "label", "preferred")

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    kind: Mapped[PointKind] = mapped_column(Choice(PointKind))
    value: Mapped[str] = mapped_column(String(320))
    #: What it is for: orders, home, Monday to Wednesday.
    label: Mapped[str] = mapped_column(String(120), default="")
    #: The first to try of its kind.
    preferred: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(64), default=OURSELVES)
