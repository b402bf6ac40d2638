"""One configured ERP company, and which of our companies it serves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Editable, Owned, Record
from core.db.types import Choice, Precise
from core.states import StateMachine


class ConnectionState(StrEnum):
    #: Set up, never tested well: nothing is sent or pulled.
    DRAFT = "draft"
    LIVE = "live"
    #: A person stopped it.
    PAUSED = "paused"
    #: The ERP refused our credentials. No call leaves until a person acts: retries lock accounts.
    NEEDS_CREDENTIALS = "needs_credentials"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


CONNECTION_FLOW = StateMachine(
    {
        ConnectionState.DRAFT: frozenset({ConnectionState.LIVE}),
        ConnectionState.LIVE: frozenset(
            {ConnectionState.PAUSED, ConnectionState.NEEDS_CREDENTIALS}
        ),
        ConnectionState.PAUSED: frozenset({ConnectionState.LIVE}),
        ConnectionState.NEEDS_CREDENTIALS: frozenset(
            {ConnectionState.LIVE, ConnectionState.PAUSED}
        ),
    }
)


class Connection(Owned, Editable, Record):
    """``settings`` holds what is not secret; ``sealed`` the rest, encrypted."""

    __tablename__ = "core_connection"
    __journal__: ClassVar[tuple[str, ...]] = (
        "name",
        "state",
        "settings",
        "tolerance",
        "accepts_at_most_once",
        "calls_per_second",
    )
    __table_args__ = (
        Index(
            "uq_core_connection_default",
            "company_id",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    connector: Mapped[str] = mapped_column(String(64))
    #: Also the ``source`` of facts that came through it.
    name: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[ConnectionState] = mapped_column(
        Choice(ConnectionState), default=ConnectionState.DRAFT
    )
    #: Where the company's new orders go.
    is_default: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed: Mapped[str | None]
    #: The ERP's own words when the connection was last tested well, and when that was.
    answer: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    #: What is promised per document, by its class's name, as that test found it.
    promises: Mapped[dict[str, Any] | None]
    #: Whether the ERP can cancel and change what it has, per document, as that test found it.
    abilities: Mapped[dict[str, Any] | None]
    #: Difference per line between our net and the ERP's that rounding explains; above it an order
    #: is not confirmed there.
    tolerance: Mapped[Decimal] = mapped_column(Precise, default=Decimal("0.01"))
    #: An admin took the risk of an ERP that can not be asked whether something arrived: what is in
    #: doubt there is left to a person, and never sent again by itself.
    accepts_at_most_once: Mapped[bool] = mapped_column(default=False)
    #: Calls that leave for it, of all processes together; None: as fast as it answers.
    calls_per_second: Mapped[Decimal | None] = mapped_column(Precise)
    #: Why it is paused until ``tandem sync resume``; '' when a person may resume it here.
    held: Mapped[str] = mapped_column(default="")
    last_error: Mapped[str] = mapped_column(default="")
    last_error_at: Mapped[datetime | None]
