"""Whom we may write to, for what, and how we know."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from modules.marketing.rules.states import (
    Basis,
    Channel,
    ConsentSource,
    ConsentState,
    SuppressionReason,
)


class Purpose(Owned, Editable, Record):
    """What people agree to: the newsletter, offers, invitations."""

    __tablename__ = "marketing_purpose"
    __table_args__ = (UniqueConstraint("company_id", "key"),)
    __journal__: ClassVar[tuple[str, ...]] = ("key", "title", "wording", "double_opt_in", "active")

    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    #: The sentence people agree to; each change of it is a new version.
    wording: Mapped[str]
    wording_version: Mapped[int] = mapped_column(default=1)
    #: A consent by form counts only once it is confirmed by mail.
    double_opt_in: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)


class Consent(Owned, Record):
    """How it stands now, per party, channel and purpose; made from the entries, never by hand."""

    __tablename__ = "marketing_consent"
    __table_args__ = (
        UniqueConstraint("party_id", "channel", "purpose_id"),
        Index("ix_marketing_consent_purpose_id", "purpose_id", "channel", "state"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    purpose_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_purpose.id"))
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    state: Mapped[ConsentState] = mapped_column(Choice(ConsentState))
    basis: Mapped[Basis] = mapped_column(Choice(Basis))
    #: The mail address or number it was said for, in small letters; '' is any of the party's.
    address: Mapped[str] = mapped_column(String(320), default="")
    since: Mapped[datetime] = mapped_column(default=utcnow)


class ConsentEntry(Owned, Record):
    """One thing that was said, with its proof. Rows are added and never changed."""

    __tablename__ = "marketing_consent_entry"
    __table_args__ = (Index("ix_marketing_consent_entry_party_id", "party_id", "id"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    purpose_id: Mapped[UUID] = mapped_column(ForeignKey("marketing_purpose.id"))
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    state: Mapped[ConsentState] = mapped_column(Choice(ConsentState))
    basis: Mapped[Basis] = mapped_column(Choice(Basis))
    source: Mapped[ConsentSource] = mapped_column(Choice(ConsentSource))
    address: Mapped[str] = mapped_column(String(320))
    wording: Mapped[str]
    wording_version: Mapped[int]
    #: Who wrote it down: a colleague, a program, or the person themselves.
    actor: Mapped[str]
    #: What else shows it: the network address, the browser, a note, the mail that asked.
    proof: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Suppression(Owned, Record):
    """An address that gets no marketing mail at all, whoever has it."""

    __tablename__ = "marketing_suppression"
    __table_args__ = (
        UniqueConstraint("company_id", "address"),
        Index("ix_marketing_suppression_at", "at", "id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("address", "reason", "note")

    #: In small letters.
    address: Mapped[str] = mapped_column(String(320))
    reason: Mapped[SuppressionReason] = mapped_column(Choice(SuppressionReason))
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Policy(Owned, Editable, Record):
    """How often and when this company writes, and as whom: one row per company."""

    __tablename__ = "marketing_policy"
    __table_args__ = (UniqueConstraint("company_id"),)
    __journal__: ClassVar[tuple[str, ...]] = (
        "sender_name",
        "sender_address",
        "postal_address",
        "cap_mails",
        "cap_days",
        "opens_at",
        "closes_at",
        "zone",
        "soft_bounces",
        "window_days",
    )

    sender_name: Mapped[str] = mapped_column(String(200), default="")
    #: '' is the setting ``mail_from``.
    sender_address: Mapped[str] = mapped_column(String(320), default="")
    #: Stands at the end of every mail, as the law of most countries wants it.
    postal_address: Mapped[str] = mapped_column(default="")
    #: At most so many mails to one person in so many days; 0: no limit.
    cap_mails: Mapped[int] = mapped_column(default=4)
    cap_days: Mapped[int] = mapped_column(default=30)
    #: Hours of the day, from the first to before the second, in which mail goes out.
    opens_at: Mapped[int] = mapped_column(default=0)
    closes_at: Mapped[int] = mapped_column(default=24)
    #: IANA name of the zone of those hours.
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    #: An address is suppressed after so many soft bounces in a row.
    soft_bounces: Mapped[int] = mapped_column(default=3)
    #: A touch counts for an invoice issued at most so many days later.
    window_days: Mapped[int] = mapped_column(default=30)
