"""What the ERP shipped of orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Mirrored, Owned, Record
from core.db.types import Choice, Precise
from core.sync.documents import DocumentState


class Shipment(Owned, Mirrored, Record):
    """Goods that left the ERP's warehouse, or came back (``is_return``)."""

    __tablename__ = "sales_shipment"

    number: Mapped[str | None] = mapped_column(String(64))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    is_return: Mapped[bool]
    state: Mapped[DocumentState] = mapped_column(Choice(DocumentState))
    shipped_on: Mapped[date | None]
    tracking: Mapped[str | None]

    lines: Mapped[list[ShipmentLine]] = relationship(cascade="all, delete-orphan", lazy="raise")


class ShipmentLine(Record):
    __tablename__ = "sales_shipment_line"

    shipment_id: Mapped[UUID] = mapped_column(ForeignKey("sales_shipment.id"), index=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    quantity: Mapped[Decimal] = mapped_column(Precise)
    uom: Mapped[str] = mapped_column(String(8))
