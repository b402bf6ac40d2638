"""What ties our record to theirs, and how far a record we send has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Owned, Record
from core.db.types import Choice
from core.states import StateMachine


class DeliveryState(StrEnum):
    #: For a connection, or for a record it refers to.
    WAITING = "waiting"
    QUEUED = "queued"
    SENDING = "sending"
    #: The ERP has it and we know its id there.
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    #: A write left and no answer came: it is looked for before anything else is done.
    IN_DOUBT = "in_doubt"
    #: The ERP said no.
    REJECTED = "rejected"
    #: A person must look.
    STOPPED = "stopped"


_D = DeliveryState
_PROBLEMS = frozenset({_D.REJECTED, _D.STOPPED})
_ANSWERS = frozenset({_D.ACKNOWLEDGED, _D.CONFIRMED, _D.IN_DOUBT}) | _PROBLEMS

#: What the ERP has stays visible: a run that fails before ``confirm`` leaves ``acknowledged``.
DELIVERY_FLOW = StateMachine(
    {
        _D.WAITING: frozenset({_D.QUEUED, _D.STOPPED}),
        _D.QUEUED: frozenset({_D.SENDING, _D.WAITING, _D.STOPPED}),
        _D.SENDING: frozenset({_D.QUEUED, _D.WAITING}) | _ANSWERS,
        _D.ACKNOWLEDGED: frozenset({_D.CONFIRMED, _D.IN_DOUBT}) | _PROBLEMS,
        # Looked for and not there: it is sent (again).
        _D.IN_DOUBT: frozenset({_D.QUEUED, _D.SENDING, _D.ACKNOWLEDGED, _D.CONFIRMED}) | _PROBLEMS,
        # A person's retry, or a further change of the record.
        _D.REJECTED: frozenset({_D.QUEUED, _D.WAITING, _D.ACKNOWLEDGED}),
        _D.STOPPED: frozenset({_D.QUEUED, _D.WAITING, _D.ACKNOWLEDGED}),
        # Changed and sent again; or the ERP turned out to have it twice.
        _D.CONFIRMED: frozenset({_D.QUEUED, _D.STOPPED}),
    }
)


class Binding(Owned, Record):
    """``connection_id`` is None while there is no connection to send through.

    ``delivery`` is None for what came from the ERP, and for what was taken back before it left.
    """

    __tablename__ = "core_binding"
    __journal__: ClassVar[tuple[str, ...]] = ("external_id",)
    __table_args__ = (
        UniqueConstraint("connection_id", "kind", "local_id"),
        UniqueConstraint("connection_id", "kind", "external_id"),
        Index(
            "uq_core_binding_unsent",
            "kind",
            "local_id",
            unique=True,
            sqlite_where=text("connection_id IS NULL"),
            postgresql_where=text("connection_id IS NULL"),
        ),
        Index("ix_core_binding_kind_local_id", "kind", "local_id"),
        Index("ix_core_binding_delivery", "delivery", "id"),
    )

    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_connection.id"))
    kind: Mapped[str] = mapped_column(String(64))
    local_id: Mapped[UUID]
    external_id: Mapped[str | None] = mapped_column(String(128))
    #: What the ERP stores to find our record again. Minted once, never changed.
    reference: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: The number the ERP gave it.
    number: Mapped[str | None] = mapped_column(String(128))
    #: Stamp or ETag of the ERP's record as we last saw or made it.
    version: Mapped[str | None] = mapped_column(String(128))
    delivery: Mapped[DeliveryState | None] = mapped_column(Choice(DeliveryState))
    #: Why it is where it is, for people; '' while all is well.
    message: Mapped[str] = mapped_column(default="")
    #: The document's field the ERP complained about.
    field: Mapped[str | None] = mapped_column(String(64))
    next_try_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    def move(self, target: DeliveryState) -> None:
        """Raise IllegalTransition for a step the delivery may not take; staying is not a step."""
        if self.delivery not in {None, target}:
            DELIVERY_FLOW.step(self.delivery, target)
        self.delivery = target
