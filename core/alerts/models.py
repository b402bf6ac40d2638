"""What people were told that they must know, since when, and by which way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice


class Cause(StrEnum):
    #: What an ERP says was not read to its end for too long.
    LAG = "lag"
    #: Records that nothing but a person moves.
    STOPPED = "stopped"
    #: Both sides do not say the same.
    DRIFT = "drift"
    #: An ERP does not answer for too long.
    AWAY = "away"
    #: An ERP asked for a wait that is no longer a matter of minutes.
    BLOCKED = "blocked"
    #: An ERP refuses our credentials.
    CREDENTIALS = "credentials"
    #: The database, or an ERP, is not as it was: nothing is sent or read until a person decides.
    HELD = "held"
    #: A guard stopped a step, and a plan of it waits for a person.
    PLAN = "plan"


class Occasion(StrEnum):
    BEGAN = "began"
    #: It still holds, a day later.
    REMINDER = "reminder"
    ENDED = "ended"


class Medium(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class Alert(Owned, Record):
    """Open while ``ended_at`` is None: one per cause and subject at a time."""

    __tablename__ = "core_alert"
    __table_args__ = (
        Index(
            "uq_core_alert_cause_subject_open",
            "cause",
            "subject",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_core_alert_began_at", "began_at", "id"),
    )

    cause: Mapped[Cause] = mapped_column(Choice(Cause))
    #: What it is about, to tell it from others of its cause: a connection's id, or more.
    subject: Mapped[str] = mapped_column(String(200))
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"))
    words: Mapped[str]
    #: Where on these pages it is mended, from the root: ``/sync/stopped``.
    path: Mapped[str] = mapped_column(default="")
    began_at: Mapped[datetime] = mapped_column(default=utcnow)
    #: Since when it no longer holds: it ends when it did not come back for a while.
    quiet_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: When it was told last.
    told_at: Mapped[datetime] = mapped_column(default=utcnow)


class Notice(Record):
    """One message about an alert by one medium; its id is the same at every try."""

    __tablename__ = "core_alert_notice"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("core_alert.id"), index=True)
    occasion: Mapped[Occasion] = mapped_column(Choice(Occasion))
    medium: Mapped[Medium] = mapped_column(Choice(Medium))
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    #: Why the last try failed.
    error: Mapped[str] = mapped_column(default="")


class AlertRules(Editable, Record):
    """Who is told and from when on: one row, made by the first change; see ``rules``."""

    __tablename__ = "core_alert_rules"

    recipients: Mapped[list[Any]] = mapped_column(default=list)
    webhook_url: Mapped[str] = mapped_column(default="")
    #: The secret that signs webhooks, sealed.
    sealed: Mapped[str | None]
    #: Minutes a kind may stay unread, and an ERP unanswering, before somebody is told.
    lag_minutes: Mapped[int] = mapped_column(default=15)
    away_minutes: Mapped[int] = mapped_column(default=5)
    #: Stopped records of a connection from which on somebody is told; 0: never.
    stopped_records: Mapped[int] = mapped_column(default=1)
