"""Invoices, credit notes and payments as statements compare them with the ERP."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, literal, null, select, type_coerce
from sqlalchemy.types import String

from core.sync.documents import CreditNote, DocumentState
from core.sync.documents import Invoice as InvoiceDocument
from core.sync.documents import Payment as PaymentDocument
from core.sync.exchange import Stated
from modules.billing.kinds import CREDIT_NOTE, INVOICE, PAYMENT
from modules.billing.models import Invoice, Payment
from modules.billing.rules import InvoiceKind


def _issued(kind: InvoiceKind) -> Select[*tuple[Any, ...]]:
    return select(
        Invoice.id,
        Invoice.company_id,
        Invoice.number,
        Invoice.issued_on.label("day"),
        Invoice.currency.label("unit"),
        Invoice.net,
        (Invoice.net + Invoice.tax).label("total"),
        type_coerce(Invoice.state, String).label("state"),
        literal("").label("words"),
    ).where(Invoice.kind == kind)


INVOICES = Stated(kind=INVOICE, document=InvoiceDocument, lines=_issued(InvoiceKind.INVOICE))
CREDIT_NOTES = Stated(kind=CREDIT_NOTE, document=CreditNote, lines=_issued(InvoiceKind.CREDIT_NOTE))
PAYMENTS = Stated(
    kind=PAYMENT,
    document=PaymentDocument,
    lines=select(
        Payment.id,
        Payment.company_id,
        null().label("number"),
        Payment.paid_on.label("day"),
        Payment.currency.label("unit"),
        Payment.amount.label("net"),
        null().label("total"),
        literal(DocumentState.CONFIRMED.value).label("state"),
        literal("").label("words"),
    ),
)
