"""What other modules announce, and what it means here."""

from __future__ import annotations

from core.work import UnitOfWork
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoicePaid
from modules.billing.models import Invoice
from modules.marketing.services.attribution import attribute, take_back, touched_by_form
from modules.marketing.services.preferences import agreed_by_form
from modules.sales.events import LeadConverted
from modules.sales.models import Lead


def paid(event: InvoicePaid, work: UnitOfWork) -> None:
    attribute(work, event.invoice_id)


def cancelled(event: InvoiceCancelled, work: UnitOfWork) -> None:
    take_back(work, event.invoice_id)


def credited(event: CreditNoteIssued, work: UnitOfWork) -> None:
    """By the net of the credit note: the event's total includes tax."""
    note = work.session.get(Invoice, event.invoice_id)
    if event.credited_id is not None and note is not None:
        take_back(work, event.credited_id, source_id=note.id, net=note.net)


def converted(event: LeadConverted, work: UnitOfWork) -> None:
    """A lead became a customer: its form's origin is a touch, its tick a consent."""
    lead = work.session.get(Lead, event.lead_id)
    if lead is None:
        return
    touched_by_form(work, event.party_id, lead.utm, lead.created_at)
    if event.consent_text:
        agreed_by_form(work, event.party_id, event.consent_text, company_id=event.company_id)
