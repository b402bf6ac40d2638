"""Statements as they are kept for ever, and the runs that make them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice


class What(StrEnum):
    """How a document differs. One that differs in several ways is named once for each."""

    #: The ERP has it, we have not.
    MISSING_HERE = "missing_here"
    #: We say it stands, and the ERP has not got it, or not any more.
    MISSING_THERE = "missing_there"
    #: Two records over there carry one reference of ours.
    DOUBLED = "doubled"
    AMOUNT = "amount"
    CURRENCY = "currency"
    STATE = "state"
    DAY = "day"
    #: One day apart: a time was taken for a date in another zone.
    MIDNIGHT = "midnight"
    NUMBER = "number"
    #: Key fields of a party.
    WORDS = "words"


class Remedy(StrEnum):
    #: Safe: it only reads the ERP, and what we hold follows.
    PULL_AGAIN = "pull_again"
    #: A person looks at both; nothing is done, and never sent again, by itself.
    LOOK = "look"
    CANCEL_THERE = "cancel_there"
    #: It is on its way; the next statement tells.
    WAIT = "wait"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Statement(Owned, Record):
    """Written once, in the transaction that ends a run, and never changed: the database refuses.

    ``kinds`` is the summary per kind; ``hash`` seals it with the days and the differences.
    """

    __tablename__ = "core_statement"
    __table_args__ = (Index("ix_core_statement_made_at_id", "made_at", "id"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"), index=True)
    #: As it was called then.
    connection: Mapped[str] = mapped_column(String(64))
    #: Both systems with their versions, in their own words.
    here: Mapped[str]
    there: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    made_by: Mapped[str]
    agrees: Mapped[bool]
    differences: Mapped[int]
    kinds: Mapped[list[Any]]
    hash: Mapped[str] = mapped_column(String(64))


class StatementLine(Record):
    """One kind on one day: what each side holds. ``day`` None: as of ``made_at``."""

    __tablename__ = "core_statement_line"
    __table_args__ = (Index("ix_core_statement_line_statement_id_kind", "statement_id", "kind"),)

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("core_statement.id"))
    kind: Mapped[str] = mapped_column(String(64))
    day: Mapped[date | None]
    ours: Mapped[dict[str, Any]]
    theirs: Mapped[dict[str, Any]]
    agrees: Mapped[bool]


class StatementDifference(Owned, Record):
    """One document, with both values. ``ours`` or ``theirs`` is None where that side has none."""

    __tablename__ = "core_statement_difference"
    __table_args__ = (
        Index("ix_core_statement_difference_statement_id_kind", "statement_id", "kind", "id"),
    )

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("core_statement.id"))
    kind: Mapped[str] = mapped_column(String(64))
    #: The day under which it stands: the ERP's, where it has the document.
    day: Mapped[date | None]
    what: Mapped[What] = mapped_column(Choice(What))
    remedy: Mapped[Remedy] = mapped_column(Choice(Remedy))
    name: Mapped[str]
    external_id: Mapped[str | None] = mapped_column(String(256))
    local_id: Mapped[UUID | None]
    ours: Mapped[dict[str, Any] | None]
    theirs: Mapped[dict[str, Any] | None]
    #: What else is known: why it waits, which record is the other one.
    note: Mapped[str]


class Reconciliation(Owned, Record):
    """A run that makes a statement: asked for by a person or the clock, with its progress."""

    __tablename__ = "core_reconciliation"
    __table_args__ = (Index("ix_core_reconciliation_state", "state", "asked_at"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("core_connection.id"), index=True)
    kinds: Mapped[list[Any]]
    first: Mapped[date]
    last: Mapped[date]
    state: Mapped[RunState] = mapped_column(Choice(RunState), default=RunState.QUEUED)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    asked_by: Mapped[str]
    #: The kind being compared, and how many of the ERP's records were read of it.
    kind: Mapped[str] = mapped_column(String(64), default="")
    read: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    #: Why it failed; no statement is kept then.
    message: Mapped[str] = mapped_column(default="")
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_statement.id"))
