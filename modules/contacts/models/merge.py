"""Two parties made one: what was chosen, what moved, and so how to take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Base, Owned, Record


class Merge(Owned, Record):
    """``merged_id`` became part of ``kept_id``; both rows stay."""

    __tablename__ = "contacts_merge"
    __journal__: ClassVar[tuple[str, ...]] = ("kept_id", "merged_id", "undone_at")

    kept_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    author: Mapped[str]
    merged_at: Mapped[datetime] = mapped_column(default=utcnow)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    #: By name, what the kept party's field was and what it became, in plain values.
    fields: Mapped[dict[str, Any]]
    #: Ids of the addresses and contact points copied to the kept party, and the roles it got.
    copies: Mapped[dict[str, Any]]
    #: Ids of the bindings that went along, and of identities that became aliases.
    bindings: Mapped[list[Any]]
    aliases: Mapped[list[Any]]


class MergeMove(Base):
    """One record that pointed at the merged party and was made to point at the kept one."""

    __tablename__ = "contacts_merge_move"

    merge_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_merge.id"), primary_key=True)
    #: Table and column: ``sales_order.customer_id``.
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
