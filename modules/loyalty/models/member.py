"""Members: a party in the programme, with what its postings come to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from modules.loyalty.rules.states import MemberState, Standing
from modules.loyalty.rules.tiers import Step


class Member(Owned, Editable, Record):
    """``balance`` and ``escrow`` are the sums of the postings, kept under this row's lock.

    What the open lots have, less what is ``owed``, is the balance.
    """

    __tablename__ = "loyalty_member"
    __table_args__ = (
        UniqueConstraint("programme_id", "party_id"),
        UniqueConstraint("company_id", "number"),
        Index("ix_loyalty_member_balance_id", "balance", "id"),
        CheckConstraint("escrow >= 0", name="escrow_is_not_negative"),
        CheckConstraint("owed >= 0", name="owed_is_not_negative"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("state", "tier_id", "standing")

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_programme.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    number: Mapped[str] = mapped_column(String(32))
    state: Mapped[MemberState] = mapped_column(Choice(MemberState), index=True)
    balance: Mapped[int] = mapped_column(default=0)
    escrow: Mapped[int] = mapped_column(default=0)
    #: Spent, and taken back since: paid from the next points.
    owed: Mapped[int] = mapped_column(default=0)
    #: Ever earned, less what was taken back.
    lifetime: Mapped[int] = mapped_column(default=0)
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("loyalty_tier.id"), index=True)
    standing: Mapped[Standing] = mapped_column(Choice(Standing), default=Standing.ENTRY)
    tier_since: Mapped[date | None]
    tier_until: Mapped[date | None] = mapped_column(index=True)
    joined_on: Mapped[date]
    #: Whose points they are now, when two parties turned out to be one.
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("loyalty_member.id"))


class TierStep(Owned, Record):
    """One line of a member's history in the tiers."""

    __tablename__ = "loyalty_tier_step"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_member.id"), index=True)
    step: Mapped[Step] = mapped_column(Choice(Step))
    #: None: no tier any more.
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("loyalty_tier.id"))
    #: Points that counted on that day.
    points: Mapped[int]
    stepped_on: Mapped[date]


class Merger(Owned, Record):
    """Two members became one: which lots moved, so that they can go back."""

    __tablename__ = "loyalty_merger"

    kept_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_member.id"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("loyalty_member.id"), index=True)
    #: The state the merged one was in.
    state: Mapped[MemberState] = mapped_column(Choice(MemberState))
    owed: Mapped[int]
    #: Ids of the lots that moved, as strings.
    lots: Mapped[list[Any]]
    vouchers: Mapped[list[Any]]
    merged_at: Mapped[datetime] = mapped_column(default=utcnow)
    undone_at: Mapped[datetime | None]
