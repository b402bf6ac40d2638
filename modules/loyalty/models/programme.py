"""What a company promises its members."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice, Precise
from modules.loyalty.rules.earning import Terms
from modules.loyalty.rules.states import Enrolment, Scope, VoucherKind
from modules.loyalty.rules.tiers import Periods, add_months


class Programme(Owned, Editable, Record):
    """One per company."""

    __tablename__ = "loyalty_programme"
    __table_args__ = (UniqueConstraint("company_id", name="uq_loyalty_programme_company"),)
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "active",
        "enrolment",
        "return_days",
        "expiry_months",
        "qualify_months",
        "grace_days",
        "point_value",
    )

    name: Mapped[str] = mapped_column(String(120))
    #: False: nobody earns; what members have can still be spent.
    active: Mapped[bool] = mapped_column(default=True)
    enrolment: Mapped[Enrolment] = mapped_column(Choice(Enrolment), default=Enrolment.EVERYBODY)
    #: Days after the invoice in which goods may come back.
    return_days: Mapped[int] = mapped_column(default=14)
    #: 0: points never expire.
    expiry_months: Mapped[int] = mapped_column(default=24)
    qualify_months: Mapped[int] = mapped_column(default=12)
    grace_days: Mapped[int] = mapped_column(default=60)
    #: What one point costs us when it is spent.
    point_value: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(Currency)

    @property
    def periods(self) -> Periods:
        return Periods(qualify_months=self.qualify_months, grace_days=self.grace_days)

    def expiry_after(self, first: date) -> date | None:
        """The first day points that can be spent from ``first`` can not be any more."""
        return add_months(first, self.expiry_months) if self.expiry_months else None


class EarningRule(Owned, Editable, Record):
    __tablename__ = "loyalty_earning_rule"
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "scope",
        "points",
        "product_id",
        "minimum",
        "starts_on",
        "ends_on",
        "active",
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_programme.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    scope: Mapped[Scope] = mapped_column(Choice(Scope))
    #: Per unit of the currency, or per piece of the product.
    points: Mapped[Decimal] = mapped_column(Precise)
    currency: Mapped[str] = mapped_column(Currency)
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_product.id"))
    minimum: Mapped[Decimal] = mapped_column(Amount, default=Decimal())
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def terms(self) -> Terms:
        return Terms(
            scope=self.scope,
            points=self.points,
            currency=self.currency,
            product_id=self.product_id,
            minimum=self.minimum,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


class Tier(Owned, Editable, Record):
    __tablename__ = "loyalty_tier"
    __table_args__ = (
        UniqueConstraint("programme_id", "threshold"),
        CheckConstraint("threshold > 0", name="threshold_is_positive"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "threshold",
        "earn_percent",
        "price_list",
        "benefits",
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_programme.id"))
    name: Mapped[str] = mapped_column(String(60))
    #: Points earned by purchases within the qualification period.
    threshold: Mapped[int]
    #: What members here earn, of the rules' 100.
    earn_percent: Mapped[int] = mapped_column(default=100)
    #: Name of the price list sales gives them; empty: the usual one.
    price_list: Mapped[str] = mapped_column(String(120), default="")
    #: In words, for members.
    benefits: Mapped[str] = mapped_column(default="")


class Reward(Owned, Editable, Record):
    """What points buy: always a voucher, spent on a later order."""

    __tablename__ = "loyalty_reward"
    __table_args__ = (CheckConstraint("points > 0", name="points_are_positive"),)
    __journal__: ClassVar[tuple[str, ...]] = ("name", "points", "kind", "value", "active")

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_programme.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(default="")
    points: Mapped[int]
    kind: Mapped[VoucherKind] = mapped_column(Choice(VoucherKind))
    #: An amount before tax, or per cent; nothing for a product.
    value: Mapped[Decimal] = mapped_column(Amount, default=Decimal())
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_product.id"))
    #: Only for members of this tier and those above.
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("loyalty_tier.id"))
    #: How long its voucher is good for.
    valid_days: Mapped[int] = mapped_column(default=180)
    active: Mapped[bool] = mapped_column(default=True)
