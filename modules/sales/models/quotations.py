"""Quotations: their versions with lines, the links customers get, and what customers answered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import utcnow
from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice, Precise
from core.money import Money, Rounding
from modules.sales.rules.orders import Priced
from modules.sales.rules.pricing import Discount, DiscountKind
from modules.sales.rules.quotations import QuotationState


class Quotation(Owned, Editable, Record):
    """What is offered to one customer; ``revision`` names its newest version."""

    __tablename__ = "sales_quotation"
    __table_args__ = (UniqueConstraint("company_id", "number"),)
    __journal__: ClassVar[tuple[str, ...]] = ("revision", "order_id")

    number: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    currency: Mapped[str] = mapped_column(Currency)
    revision: Mapped[int] = mapped_column(default=1)
    #: The opportunity an accepted one wins.
    opportunity_id: Mapped[UUID | None] = mapped_column(index=True)
    #: Whose it is; None: of nobody who signs in.
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    #: What acceptance made of it.
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_order.id"), unique=True)


class QuotationVersion(Owned, Record):
    """One offer. From the moment it is sent nothing of it changes but its state."""

    __tablename__ = "sales_quotation_version"
    __table_args__ = (
        UniqueConstraint("quotation_id", "revision"),
        Index("ix_sales_quotation_version_state_valid_until", "state", "valid_until"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("state", "valid_until", "net", "tax", "refusal")

    quotation_id: Mapped[UUID] = mapped_column(ForeignKey("sales_quotation.id"), index=True)
    revision: Mapped[int]
    state: Mapped[QuotationState] = mapped_column(
        Choice(QuotationState), default=QuotationState.DRAFT
    )
    #: The last day it can be accepted, in UTC.
    valid_until: Mapped[date]
    #: When the goods will have left, for lines that say no day of their own.
    promised_on: Mapped[date | None]
    #: Per cent off every line, after the line's own discount.
    discount: Mapped[Decimal] = mapped_column(Precise, default=Decimal())
    terms: Mapped[str] = mapped_column(default="")
    net: Mapped[Decimal] = mapped_column(Amount)
    tax: Mapped[Decimal] = mapped_column(Amount)
    #: Per cent below the ERP's price, of the line that goes furthest.
    given_away: Mapped[Decimal] = mapped_column(Precise)

    #: Who wants more given away than they may, and what became of it.
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    asked_at: Mapped[datetime | None]
    asked_why: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))
    decided_at: Mapped[datetime | None]
    #: Why the discount was refused; '' while nobody has.
    refusal: Mapped[str] = mapped_column(default="")

    sent_at: Mapped[datetime | None]
    #: The address it went to; '' when a link was handed over some other way.
    sent_to: Mapped[str] = mapped_column(default="")
    #: SHA-256 over all it says, made when it was sent; see ``rules.quotations.seal_of``.
    seal: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime] = mapped_column(default=utcnow)

    lines: Mapped[list[QuotationLine]] = relationship(
        order_by="QuotationLine.position", cascade="all, delete-orphan", lazy="raise"
    )

    def total(self, currency: str) -> Money:
        return Money(self.net + self.tax, currency)


class QuotationLine(Record):
    __tablename__ = "sales_quotation_line"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("sales_quotation_version.id"))
    position: Mapped[int]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    sku: Mapped[str]
    text: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Precise)
    uom: Mapped[str] = mapped_column(String(8))
    #: What the ERP asked for a unit, which list made that price, who said so and until when it is
    #: known to have held. None: the ERP has no price.
    erp_price: Mapped[Decimal | None] = mapped_column(Precise)
    price_list: Mapped[str] = mapped_column(default="")
    price_source: Mapped[str] = mapped_column(String(64))
    price_known_until: Mapped[datetime]
    #: Typed in place of the ERP's.
    own_price: Mapped[Decimal | None] = mapped_column(Precise)
    discount_kind: Mapped[DiscountKind | None] = mapped_column(Choice(DiscountKind))
    discount_value: Mapped[Decimal | None] = mapped_column(Precise)
    #: After all discounts, before tax.
    unit_price: Mapped[Decimal] = mapped_column(Precise)
    net: Mapped[Decimal] = mapped_column(Amount)
    taxes: Mapped[list[Any]]
    promised_on: Mapped[date | None]

    @property
    def discount(self) -> Discount | None:
        if self.discount_kind is None or self.discount_value is None:
            return None
        return Discount(self.discount_kind, self.discount_value)

    def priced(self, currency: str, rounding: Rounding) -> Priced:
        return Priced(
            quantity=self.quantity,
            unit_price=Money(self.unit_price, currency),
            taxes=tuple(UUID(key) for key in self.taxes),
            rounding=rounding,
        )


class QuotationLink(Record):
    """A customer's way in without a password. Who reads the database can not use it."""

    __tablename__ = "sales_quotation_link"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("sales_quotation_version.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    #: When somebody first opened it.
    seen_at: Mapped[datetime | None]


class QuotationAnswer(Owned, Record):
    """The customer's yes or no to one version, with what proves it. Written once."""

    __tablename__ = "sales_quotation_answer"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("sales_quotation_version.id"), unique=True)
    accepted: Mapped[bool]
    #: As the customer typed it.
    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(default="")
    #: What was drawn, as an SVG path in a field of 600 x 200; '' for a name typed only.
    signature: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Where from: the network address and the browser's name of itself.
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(400), default="")
    #: What was agreed to: the version's seal at that moment.
    seal: Mapped[str] = mapped_column(String(64))
    #: Who wrote it down for the customer; None: the customer did.
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"))


class QuotationPaper(Record):
    """The PDF the customer got: made once, whatever fonts and words change later."""

    __tablename__ = "sales_quotation_paper"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("sales_quotation_version.id"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    #: Characters no font of the server had; '' when all were set.
    unshown: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
