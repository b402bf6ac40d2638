"""Vouchers: what points were redeemed for, used once on an order."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Currency, Editable, Owned, Record
from core.db.types import Amount, Choice
from modules.loyalty.rules.states import VoucherKind, VoucherState


class Voucher(Owned, Editable, Record):
    __tablename__ = "loyalty_voucher"
    __table_args__ = (Index("ix_loyalty_voucher_state_expires_on", "state", "expires_on"),)
    __journal__: ClassVar[tuple[str, ...]] = ("state", "order_id")

    code: Mapped[str] = mapped_column(String(32), unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_member.id"), index=True)
    reward_id: Mapped[UUID | None] = mapped_column(ForeignKey("loyalty_reward.id"))
    #: What paid for it; None for one that was given away.
    posting_id: Mapped[UUID | None] = mapped_column(ForeignKey("loyalty_posting.id"))
    #: The caller's word for the redemption: the same one twice is the same voucher.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    points: Mapped[int]
    kind: Mapped[VoucherKind] = mapped_column(Choice(VoucherKind))
    #: An amount before tax, or per cent.
    value: Mapped[Decimal] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(Currency)
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_product.id"))
    state: Mapped[VoucherState] = mapped_column(Choice(VoucherState), default=VoucherState.OPEN)
    #: The first day it is not good for any more.
    expires_on: Mapped[date]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    used_at: Mapped[datetime | None]
    #: What it took off the order, before tax.
    discount: Mapped[Decimal] = mapped_column(Amount, default=Decimal())
    #: Unit prices of the order's lines before and after, by position, to take it off a draft.
    prices: Mapped[dict[str, Any]] = mapped_column(default=dict)
