"""What may be offered to whom: price lists of the ERP, and the company's policy on quotations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Currency, Editable, Mirrored, Owned, Record
from core.db.types import Choice, Precise
from modules.sales.rules.quotations import Policy


class PriceList(Owned, Mirrored, Record):
    """A price list of the ERP, and the customers it is for over there."""

    __tablename__ = "sales_price_list"
    __table_args__ = (Index("ix_sales_price_list_company_id_name", "company_id", "name"),)

    name: Mapped[str]
    currency: Mapped[str] = mapped_column(Currency)
    active: Mapped[bool]

    rules: Mapped[list[PriceListRule]] = relationship(cascade="all, delete-orphan", lazy="raise")
    customers: Mapped[list[PriceListCustomer]] = relationship(
        cascade="all, delete-orphan", lazy="raise"
    )


class PriceListRule(Record):
    """``unit_price``, or ``discount`` per cent off the list price."""

    __tablename__ = "sales_price_rule"

    price_list_id: Mapped[UUID] = mapped_column(ForeignKey("sales_price_list.id"), index=True)
    #: None: for every product.
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_product.id"), index=True)
    minimum: Mapped[Decimal] = mapped_column(Precise, default=Decimal())
    unit_price: Mapped[Decimal | None] = mapped_column(Precise)
    discount: Mapped[Decimal | None] = mapped_column(Precise)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class PriceListCustomer(Record):
    __tablename__ = "sales_price_list_customer"
    __table_args__ = (UniqueConstraint("price_list_id", "customer_id"),)

    price_list_id: Mapped[UUID] = mapped_column(ForeignKey("sales_price_list.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)


class SalesPolicy(Owned, Editable, Record):
    """One per company; without a row the defaults below hold."""

    __tablename__ = "sales_policy"
    __table_args__ = (UniqueConstraint("company_id"),)
    __journal__: ClassVar[tuple[str, ...]] = (
        "valid_days",
        "discount_limit",
        "price_age_h",
        "stock_age_h",
        "old_facts",
        "credit",
    )

    valid_days: Mapped[int] = mapped_column(default=30)
    #: Per cent anybody may give away alone whose role or name has no limit of its own.
    discount_limit: Mapped[Decimal] = mapped_column(Precise, default=Decimal(10))
    #: Hours a fact of the ERP may be old when a quotation is sent.
    price_age_h: Mapped[int] = mapped_column(default=24)
    stock_age_h: Mapped[int] = mapped_column(default=24)
    old_facts: Mapped[Policy] = mapped_column(Choice(Policy), default=Policy.BLOCK)
    #: For customers who are overdue, or whose credit does not cover it.
    credit: Mapped[Policy] = mapped_column(Choice(Policy), default=Policy.WARN)


class DiscountLimit(Owned, Record):
    """Per cent one user, or all with a role, may give away without asking."""

    __tablename__ = "sales_discount_limit"
    __table_args__ = (
        UniqueConstraint("company_id", "user_id"),
        UniqueConstraint("company_id", "role"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("percent",)

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    role: Mapped[str | None] = mapped_column(String(64))
    percent: Mapped[Decimal] = mapped_column(Precise)
