"""One record on its way, from the claim to the verdict on what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.sync.documents import Document
from core.sync.models import DeliveryState, OutboxState, OutboxVerb
from core.sync.values import Done, Outgoing, Ref


@dataclass(slots=True, kw_only=True)
class Parcel:
    """A claimed outbox row. ``fence`` tells this claim from an earlier or later one of the row."""

    outbox_id: UUID
    verb: OutboxVerb
    #: What a cancellation or a change is about, by the module's own record of it.
    subject: UUID | None
    binding_id: UUID
    local_id: UUID
    reference: str
    fence: int
    attempts: int
    error: str | None
    external_id: str | None
    version: str | None
    #: When the last write left whose end nobody saw; None when all ends are known.
    unsure_since: datetime | None
    #: The ERP has it, as far as we know, and did not say yet that it is firm.
    acknowledged: bool = False
    document: Document | None = None
    #: Of a record both sides may change: what this writes; None for all of it.
    written: Mapping[str, Any] | None = None
    #: The ERP said that it has it.
    arrived: bool = False
    #: Of a change: the record as we believe the ERP has it.
    base: Document | None = None
    #: Bound by an answer that was not compared with what the ERP shows.
    bound_now: bool = False

    @property
    def ref(self) -> Ref:
        if self.external_id is None:
            raise ValueError("the record is not bound")
        return Ref(id=self.external_id, version=self.version)

    @property
    def may_be_there(self) -> bool:
        """Bound, or an earlier write left whose end nobody saw: look before anything is sent."""
        return self.external_id is not None or self.unsure_since is not None

    @property
    def outgoing(self) -> Outgoing[Any]:
        ref = self.ref if self.external_id is not None else None
        return Outgoing(reference=self.reference, document=self.document, ref=ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a parcel now; the settling transaction writes it down.

    ``delivery`` None leaves what people see as it is. ``counts`` makes the next back-off longer.
    """

    row: OutboxState
    delivery: DeliveryState | None = None
    message: str = ""
    field: str | None = None
    error: str | None = None
    due_at: datetime | None = None
    counts: bool = False
    done: Done | None = None
    #: The binding whose arrival over there lets this one go on.
    waits_for: UUID | None = None


Verdicts = list[tuple[Parcel, Verdict]]
