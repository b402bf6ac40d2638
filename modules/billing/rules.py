"""Words of billing. Pure: no session, no clock."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from core.sync.documents import InvoiceState


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


#: Issued, and not settled.
UNPAID = (InvoiceState.OPEN, InvoiceState.PARTLY_PAID)


def is_overdue(state: InvoiceState, due_on: date | None, today: date) -> bool:
    """By the due date alone, so it is computed and never stored."""
    return state in UNPAID and due_on is not None and due_on < today
