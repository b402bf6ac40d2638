"""What billing announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.events import Event
from core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEvent(Event):
    """Something happened to an invoice or credit note; ``total`` includes tax."""

    invoice_id: UUID
    customer_id: UUID
    order_id: UUID | None
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(InvoiceEvent):
    """It has a number and is to be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaid(InvoiceEvent):
    """Nothing is open any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCancelled(InvoiceEvent):
    """It had been issued, and the ERP took it back without a credit note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteIssued(InvoiceEvent):
    """``total`` lowers what the customer owes."""

    #: The invoice it takes back in part or as a whole; None when the ERP does not say.
    credited_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(Event):
    """Money arrived; a negative amount was paid back."""

    payment_id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    amount: Money
