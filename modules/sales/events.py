"""What sales announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.events import Event


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
