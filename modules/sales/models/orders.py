"""Orders with their lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import utcnow
from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice, Precise
from core.money import Money, Rounding
from core.sync.documents import Progress
from core.work import OURSELVES
from modules.sales.rules import OrderState, Priced


class Order(Owned, Editable, Record):
    """``source`` is ``tandem``, or the connection whose ERP the order was born in."""

    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("company_id", "source", "number"),
        UniqueConstraint("company_id", "client_reference"),
        Index("ix_sales_order_customer_id_ordered_on", "customer_id", "ordered_on"),
    )
    __journal__ = ("state", "fulfilment", "billing", "customer_id", "net", "tax")

    number: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    currency: Mapped[str] = mapped_column(Currency)
    ordered_on: Mapped[date]
    #: What the caller calls it: the same one twice is the same order.
    client_reference: Mapped[str | None] = mapped_column(String(128))
    state: Mapped[OrderState] = mapped_column(Choice(OrderState), default=OrderState.DRAFT)
    fulfilment: Mapped[Progress] = mapped_column(Choice(Progress), default=Progress.NONE)
    billing: Mapped[Progress] = mapped_column(Choice(Progress), default=Progress.NONE)
    net: Mapped[Decimal] = mapped_column(Amount)
    tax: Mapped[Decimal] = mapped_column(Amount)
    #: True until the ERP said the tax.
    tax_is_estimate: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(String(64), default=OURSELVES)

    lines: Mapped[list[OrderLine]] = relationship(
        order_by="OrderLine.position", cascade="all, delete-orphan", lazy="raise"
    )

    @property
    def total(self) -> Money:
        return Money(self.net + self.tax, self.currency)


class OrderLine(Record):
    __tablename__ = "sales_order_line"
    __table_args__ = (UniqueConstraint("order_id", "position"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"))
    position: Mapped[int]
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_product.id"))
    sku: Mapped[str]
    text: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Precise)
    uom: Mapped[str] = mapped_column(String(8))
    #: After discount, before tax, per unit.
    unit_price: Mapped[Decimal] = mapped_column(Precise)
    net: Mapped[Decimal] = mapped_column(Amount)
    #: Ids of the catalogue's taxes, as strings.
    taxes: Mapped[list[Any]]
    #: What the ERP shipped of it so far, less what came back.
    shipped: Mapped[Decimal] = mapped_column(Precise, default=Decimal())

    def priced(self, currency: str, rounding: Rounding) -> Priced:
        return Priced(
            quantity=self.quantity,
            unit_price=Money(self.unit_price, currency),
            taxes=tuple(UUID(key) for key in self.taxes),
            rounding=rounding,
        )


class OrderChange(Owned, Record):
    """Lines the ERP is asked to put in place of those of an order it has.

    The order keeps its own until the ERP agrees. ``lines`` are plain JSON, as ``changes.py`` reads
    and writes it.
    """

    __tablename__ = "sales_order_change"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"), index=True)
    lines: Mapped[list[Any]]
    net: Mapped[Decimal] = mapped_column(Amount)
    tax: Mapped[Decimal] = mapped_column(Amount)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
