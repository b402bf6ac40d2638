"""Facts of customers by month and product, what follows from them, and its thresholds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice, Precise
from modules.analytics.rules.churn import Rhythm
from modules.analytics.rules.pareto import Abc
from modules.analytics.rules.rfm import Basis
from modules.analytics.rules.value import ValueClass, Why


class Settings(Owned, Editable, Record):
    """One per company; what is not saved yet is as here."""

    __tablename__ = "analytics_settings"
    __table_args__ = (UniqueConstraint("company_id", name="uq_analytics_settings_company"),)
    __journal__: ClassVar[tuple[str, ...]] = (
        "a_percent",
        "b_percent",
        "growth_percent",
        "least_orders",
        "complaint_cost",
        "churn_points",
        "enough",
    )

    a_percent: Mapped[Decimal] = mapped_column(Precise, default=Decimal(80))
    b_percent: Mapped[Decimal] = mapped_column(Precise, default=Decimal(95))
    growth_percent: Mapped[Decimal] = mapped_column(Precise, default=Decimal(25))
    #: Orders a year before growth is more than a coincidence.
    least_orders: Mapped[int] = mapped_column(default=3)
    #: What a complaint costs us, in the company's currency.
    complaint_cost: Mapped[Decimal] = mapped_column(Amount, default=Decimal())
    #: Risk from which a customer's owner is warned.
    churn_points: Mapped[int] = mapped_column(default=40)
    #: Customers before they are ranked against each other.
    enough: Mapped[int] = mapped_column(default=20)


class ProductFact(Owned, Editable, Record):
    """What analytics needs of a product and the ERP does not say: its line and its cost."""

    __tablename__ = "analytics_product"
    __journal__: ClassVar[tuple[str, ...]] = ("line", "cost")

    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"), unique=True)
    line: Mapped[str] = mapped_column(String(120), default="")
    #: Per unit, in the company's currency; None: not known.
    cost: Mapped[Decimal | None] = mapped_column(Precise)


class Month(Owned, Record):
    """One customer's month, in the company's currency; credit notes are taken off in theirs."""

    __tablename__ = "analytics_month"
    __table_args__ = (
        UniqueConstraint("party_id", "month"),
        Index("ix_analytics_month_company_id_month", "company_id", "month"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    #: Its first day.
    month: Mapped[date]
    currency: Mapped[str] = mapped_column(Currency)
    revenue: Mapped[Decimal] = mapped_column(Amount)
    #: Of this much revenue the cost is known, and it is ``cost``.
    costed: Mapped[Decimal] = mapped_column(Amount)
    cost: Mapped[Decimal] = mapped_column(Amount)
    orders: Mapped[int]
    #: Days something was bought, ascending, as ISO dates.
    days: Mapped[list[Any]]


class Bought(Owned, Record):
    """What one customer bought of one product, ever."""

    __tablename__ = "analytics_bought"
    __table_args__ = (UniqueConstraint("party_id", "product_id"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"), index=True)
    orders: Mapped[int]
    quantity: Mapped[Decimal] = mapped_column(Precise)
    revenue: Mapped[Decimal] = mapped_column(Amount)
    first_on: Mapped[date]
    last_on: Mapped[date]


class Score(Owned, Record):
    """Where one customer stands. Made anew by a job; nobody writes it by hand."""

    __tablename__ = "analytics_score"
    __table_args__ = (
        Index("ix_analytics_score_company_id_revenue", "company_id", "revenue"),
        Index("ix_analytics_score_company_id_churn", "company_id", "churn"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), unique=True)
    currency: Mapped[str] = mapped_column(Currency)
    #: Of the last twelve months, net.
    revenue: Mapped[Decimal] = mapped_column(Amount)
    #: None: no cost is known.
    margin: Mapped[Decimal | None] = mapped_column(Amount)
    orders: Mapped[int]
    last_on: Mapped[date]
    #: ``545``; empty for who bought nothing in twelve months.
    rfm: Mapped[str] = mapped_column(String(3), index=True)
    rfm_basis: Mapped[Basis] = mapped_column(Choice(Basis))
    #: Customers the ranks and tiers rest on.
    sample: Mapped[int]
    abc: Mapped[Abc] = mapped_column(Choice(Abc))
    abc_margin: Mapped[Abc | None] = mapped_column(Choice(Abc))
    #: The day the tier became what it is.
    abc_since: Mapped[date]
    value_class: Mapped[ValueClass] = mapped_column(Choice(ValueClass), index=True)
    why: Mapped[Why] = mapped_column(Choice(Why))
    figure: Mapped[Decimal] = mapped_column(Amount)
    churn: Mapped[int]
    #: Names of the signs, worst first.
    churn_reasons: Mapped[list[Any]]
    rhythm: Mapped[Rhythm] = mapped_column(Choice(Rhythm))
    gaps: Mapped[int]
    days_since: Mapped[int]
    expected_days: Mapped[int]
    scored_on: Mapped[date]


class Association(Owned, Record):
    """Two products bought by the same customers more often than chance explains."""

    __tablename__ = "analytics_association"
    __table_args__ = (UniqueConstraint("company_id", "product_id", "other_id"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    both: Mapped[int]
    buyers: Mapped[int]
    other_buyers: Mapped[int]
    everybody: Mapped[int]


class Evidence(Owned, Record):
    """What a score was worth when it was tried on the past."""

    __tablename__ = "analytics_evidence"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    name: Mapped[str] = mapped_column(String(32))
    sample: Mapped[int]
    happened: Mapped[int]
    #: Per mille of pairs ordered rightly; 500 is chance.
    ranks: Mapped[int]
    simple_ranks: Mapped[int]
    holds: Mapped[bool]
    tried_at: Mapped[datetime] = mapped_column(default=utcnow)
