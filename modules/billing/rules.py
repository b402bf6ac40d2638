"""Words of billing. Pure: no session, no clock."""

from __future__ import annotations

from enum import StrEnum


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
