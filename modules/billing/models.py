"""Invoices, credit notes, payments and credit: mirrors of the ERP's, moved by nobody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Currency, Mirrored, Owned, Record
from core.db.types import Amount, Choice, Precise
from core.money import Money
from core.sync.documents import InvoiceState
from modules.billing.rules import InvoiceKind, is_overdue


class Invoice(Owned, Mirrored, Record):
    """``open`` is what is still to pay, tax included; negative for a credit note not used yet."""

    __tablename__ = "billing_invoice"
    __table_args__ = (
        Index("ix_billing_invoice_customer_id_issued_on", "customer_id", "issued_on"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("state", "open")

    kind: Mapped[InvoiceKind] = mapped_column(Choice(InvoiceKind))
    #: None for a draft: the ERP numbers it when it is issued.
    number: Mapped[str | None] = mapped_column(String(64))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    state: Mapped[InvoiceState] = mapped_column(Choice(InvoiceState), index=True)
    currency: Mapped[str] = mapped_column(Currency)
    net: Mapped[Decimal] = mapped_column(Amount)
    tax: Mapped[Decimal] = mapped_column(Amount)
    open: Mapped[Decimal] = mapped_column(Amount)
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]

    lines: Mapped[list[InvoiceLine]] = relationship(
        order_by="InvoiceLine.position", cascade="all, delete-orphan", lazy="raise"
    )

    @property
    def total(self) -> Money:
        return Money(self.net + self.tax, self.currency)

    def is_overdue(self, today: date) -> bool:
        return is_overdue(self.state, self.due_on, today)


class InvoiceLine(Record):
    __tablename__ = "billing_invoice_line"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("billing_invoice.id"), index=True)
    position: Mapped[int]
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_product.id"))
    text: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Precise)
    uom: Mapped[str] = mapped_column(String(8))
    net: Mapped[Decimal] = mapped_column(Amount)


class Payment(Owned, Mirrored, Record):
    """Money that arrived; negative: paid back."""

    __tablename__ = "billing_payment"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("billing_invoice.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(Currency)
    paid_on: Mapped[date]


class Credit(Owned, Mirrored, Record):
    """How much the ERP trusts a customer with, and how much of it is used. One per customer."""

    __tablename__ = "billing_credit"
    __table_args__ = (Index("ix_billing_credit_source_external_id", "source", "external_id"),)

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), unique=True)
    currency: Mapped[str] = mapped_column(Currency)
    #: None: the ERP sets no limit.
    credit_limit: Mapped[Decimal | None] = mapped_column(Amount)
    used: Mapped[Decimal] = mapped_column(Amount)
    overdue: Mapped[Decimal] = mapped_column(Amount)
    #: The ERP would not ship to them now.
    on_hold: Mapped[bool]
    #: The ERP's own key: the customer is ours, so a credit has no binding.
    external_id: Mapped[str] = mapped_column(String(128))
