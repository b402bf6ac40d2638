"""The ledger: postings that are never changed, and the lots the points came in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Amount, Choice
from modules.loyalty.rules.states import LotState, PostingKind


class Posting(Owned, Record):
    """One row per posting, one column per account: the database itself sees that they balance.

    ``source`` and ``rule`` are unique: what was posted for a document by a rule is not posted
    again. Triggers refuse to change or delete a row.
    """

    __tablename__ = "loyalty_posting"
    __table_args__ = (
        UniqueConstraint("source", "rule"),
        Index("ix_loyalty_posting_member_id_id", "member_id", "id"),
        CheckConstraint(
            "member + escrow + issued + redeemed + expired + breakage = 0", name="balances"
        ),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_member.id"))
    kind: Mapped[PostingKind] = mapped_column(Choice(PostingKind))
    #: What it is for: ``billing.invoice:<id>``, ``loyalty.lot:<id>``.
    source: Mapped[str] = mapped_column(String(250))
    #: Of several postings for one source, which.
    rule: Mapped[str] = mapped_column(String(80))
    member: Mapped[int]
    escrow: Mapped[int]
    issued: Mapped[int]
    redeemed: Mapped[int]
    expired: Mapped[int]
    breakage: Mapped[int]
    #: Why, in words, where the kind does not say it.
    reason: Mapped[str] = mapped_column(default="")
    posted_at: Mapped[datetime] = mapped_column(default=utcnow)
    actor: Mapped[str]


class Lot(Owned, Record):
    """Points that came together and expire together; spent first expiring first.

    ``points`` is what came, ``reversed`` what was taken back of them, ``lapsed`` what expired or
    was forfeited, ``left`` what can still be used.
    """

    __tablename__ = "loyalty_lot"
    __table_args__ = (
        UniqueConstraint("source", "rule"),
        Index("ix_loyalty_lot_member_id_state", "member_id", "state"),
        Index("ix_loyalty_lot_state_available_on", "state", "available_on"),
        Index("ix_loyalty_lot_state_expires_on", "state", "expires_on"),
        CheckConstraint(
            '"left" >= 0 AND reversed >= 0 AND lapsed >= 0 '
            'AND "left" + lapsed + reversed <= points',
            name="holds_what_came",
        ),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_member.id"))
    state: Mapped[LotState] = mapped_column(Choice(LotState))
    source: Mapped[str] = mapped_column(String(250))
    rule: Mapped[str] = mapped_column(String(80))
    points: Mapped[int]
    left: Mapped[int]
    reversed: Mapped[int] = mapped_column(default=0)
    lapsed: Mapped[int] = mapped_column(default=0)
    #: Earned by buying, so that it counts for a tier.
    qualifying: Mapped[bool]
    earned_on: Mapped[date]
    #: The first day it can be spent.
    available_on: Mapped[date]
    #: The first day it can not be spent any more; None: never.
    expires_on: Mapped[date | None]


class LotUse(Owned, Record):
    """What a posting took of a lot, so that it can be given back there."""

    __tablename__ = "loyalty_lot_use"

    lot_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_lot.id"), index=True)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_posting.id"), index=True)
    points: Mapped[int]


class Credit(Owned, Record):
    """What the ERP credited of an invoice, whether it has earned points already or not."""

    __tablename__ = "loyalty_credit"

    #: The credit note, or the invoice itself where the ERP took it back whole.
    document_id: Mapped[UUID] = mapped_column(ForeignKey("billing_invoice.id"), unique=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("billing_invoice.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Amount)
