"""What sales announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.events import Event
from core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(Event):
    order_id: UUID
    company_id: UUID
    customer_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    order_id: UUID
    customer_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelledThere(Event):
    """The ERP says so, because it was asked to or by itself."""

    order_id: UUID
    customer_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(Event):
    """Goods left the warehouse; ``complete`` when nothing of the order is open any more."""

    order_id: UUID
    customer_id: UUID
    shipment_id: UUID
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationEvent(Event):
    """Something happened to one version of a quotation; ``total`` includes tax."""

    quotation_id: UUID
    version_id: UUID
    customer_id: UUID
    #: The opportunity it belongs to, if any.
    opportunity_id: UUID | None
    number: str
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationSent(QuotationEvent):
    """It is frozen, and with the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationAccepted(QuotationEvent):
    """The customer said yes; ``order_id`` is the order it became in the same transaction."""

    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationDeclined(QuotationEvent):
    """The customer said no, for ``reason``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(Event):
    """What was promised did not happen: the day is over, it left late, or it came out dearer.

    ``kind`` is ``delivery`` or ``price``; ``state`` is ``broken``, or ``late`` for what has left by
    now. Published once per promise.
    """

    promise_id: UUID
    order_id: UUID
    customer_id: UUID
    number: str
    sku: str
    kind: str
    state: str
    promised_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCaptured(Event):
    """Somebody showed interest. ``consent_text`` is what they agreed to; None: they did not."""

    lead_id: UUID
    company_id: UUID
    #: ``form``, ``import``, ``api`` or ``hand``.
    source: str
    email: str | None
    consent_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadConverted(Event):
    """The lead is a party and an opportunity now; what was asked of the lead is theirs."""

    lead_id: UUID
    party_id: UUID
    opportunity_id: UUID
    company_id: UUID
    email: str | None
    consent_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityEvent(Event):
    opportunity_id: UUID
    company_id: UUID
    party_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanged(OpportunityEvent):
    from_stage_id: UUID
    to_stage_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityWon(OpportunityEvent):
    #: Net; None: nobody said.
    expected: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityLost(OpportunityEvent):
    reason: str
    #: '' where nobody knows.
    competitor: str
