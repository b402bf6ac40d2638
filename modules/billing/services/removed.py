"""What the ERP has no more: mostly drafts somebody threw away."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.sync.documents import InvoiceState
from core.sync.exchange import Bindings, Gone
from core.work import UnitOfWork
from modules.billing.events import InvoiceCancelled
from modules.billing.models import Invoice
from modules.billing.rules import InvoiceKind
from modules.billing.services.receive import ISSUED, about


def cancel_removed(work: UnitOfWork, gone: Sequence[Gone], _bindings: Bindings) -> None:
    """An invoice or credit note nobody has any more is not owed; the journal keeps what it was."""
    ids = [item.local_id for item in gone if item.local_id]
    found = select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.id).with_for_update()
    for invoice in work.session.scalars(found):
        before = invoice.state
        invoice.state, invoice.open = InvoiceState.CANCELLED, invoice.open * 0
        invoice.observed_at = work.observed_at
        if invoice.kind is InvoiceKind.INVOICE and before in ISSUED:
            work.publish(about(InvoiceCancelled, invoice))
