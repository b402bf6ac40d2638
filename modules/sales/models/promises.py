"""Promises to customers: the day goods leave and the price they cost, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice, Precise
from modules.sales.rules.promises import PromiseKind, PromiseState


class Promise(Owned, Record):
    """About one line of an order. What the ERP says decides it; ``reason`` is a person's word."""

    __tablename__ = "sales_promise"
    __table_args__ = (
        UniqueConstraint("order_id", "position", "kind"),
        Index("ix_sales_promise_state_promised_on", "state", "promised_on"),
        Index("ix_sales_promise_customer_id_state", "customer_id", "state"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("promised_on", "promised_price", "state", "reason")

    order_id: Mapped[UUID] = mapped_column(ForeignKey("sales_order.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    #: Of the order's line.
    position: Mapped[int]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    sku: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Precise)
    kind: Mapped[PromiseKind] = mapped_column(Choice(PromiseKind))
    promised_on: Mapped[date | None]
    #: Per unit, before tax, in the order's currency.
    promised_price: Mapped[Decimal | None] = mapped_column(Precise)
    state: Mapped[PromiseState] = mapped_column(Choice(PromiseState), default=PromiseState.OPEN)
    #: What happened: the day it was complete, or the price that was invoiced.
    happened_on: Mapped[date | None]
    invoiced_price: Mapped[Decimal | None] = mapped_column(Precise)
    #: Why it was not kept.
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
