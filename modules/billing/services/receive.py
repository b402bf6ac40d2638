"""Invoices, credit notes and payments as the ERP reports them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.money import Money
from core.sync.documents import CreditNote as CreditNoteDocument
from core.sync.documents import Invoice as InvoiceDocument
from core.sync.documents import InvoiceLine as InvoiceLineDocument
from core.sync.documents import InvoiceState
from core.sync.documents import Payment as PaymentDocument
from core.sync.exchange import Arrived, Bindings
from core.sync.references import all_known, known
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.billing.events import (
    CreditNoteIssued,
    InvoiceCancelled,
    InvoiceEvent,
    InvoiceIssued,
    InvoicePaid,
    PaymentReceived,
)
from modules.billing.kinds import INVOICE
from modules.billing.models import Invoice, InvoiceLine, Payment
from modules.billing.rules import InvoiceKind
from modules.catalog.erp import PRODUCT
from modules.contacts.kinds import PARTY
from modules.contacts.services import Link, phrase, record
from modules.contacts.services.following import standing
from modules.sales.kinds import ORDER

E = TypeVar("E", bound=InvoiceEvent)

#: The page of an invoice.
PAGE = "billing_pages.invoice"
#: Issued and not taken back.
ISSUED = frozenset({InvoiceState.OPEN, InvoiceState.PARTLY_PAID, InvoiceState.PAID})


def receive_invoice(
    work: UnitOfWork, arrived: Arrived[InvoiceDocument], bindings: Bindings
) -> UUID:
    document = arrived.document
    invoice, before = _open(work, arrived.local_id, InvoiceKind.INVOICE)
    _put_head(work, invoice, document, bindings)
    invoice.open, invoice.due_on = document.open.amount, document.due_on
    _put_lines(work, invoice, document.lines, bindings)
    _announce_invoice(work, invoice, before)
    return invoice.id


def receive_credit_note(
    work: UnitOfWork, arrived: Arrived[CreditNoteDocument], bindings: Bindings
) -> UUID:
    document = arrived.document
    note, before = _open(work, arrived.local_id, InvoiceKind.CREDIT_NOTE)
    _put_head(work, note, document, bindings)
    used = document.state in (InvoiceState.PAID, InvoiceState.CANCELLED, InvoiceState.DRAFT)
    note.open = -note.total.amount if not used else note.total.amount * 0
    work.session.flush()
    if document.state in ISSUED and before not in ISSUED:
        _tell(work, note, "credited", text=lazy("Credit note %(number)s over %(amount)s"))
        work.publish(_credited(note, document, bindings))
    return note.id


def _credited(note: Invoice, document: CreditNoteDocument, bindings: Bindings) -> CreditNoteIssued:
    told = about(CreditNoteIssued, note)
    if document.invoice is None:
        return told
    return replace(told, credited_id=known(bindings, INVOICE, document.invoice))


def receive_payment(
    work: UnitOfWork, arrived: Arrived[PaymentDocument], bindings: Bindings
) -> UUID:
    document = arrived.document
    payment = work.session.get(Payment, arrived.local_id) if arrived.local_id else None
    is_new = payment is None
    payment = payment or Payment()
    payment.company_id = bindings.company_id
    payment.customer_id = standing(work, known(bindings, PARTY, document.customer))
    payment.invoice_id = known(bindings, INVOICE, document.invoice) if document.invoice else None
    payment.amount, payment.currency = document.amount.amount, document.amount.currency
    payment.paid_on = document.paid_on
    payment.source, payment.observed_at = bindings.connection_name, work.observed_at
    work.session.add(payment)
    work.session.flush()
    if is_new:
        _announce_payment(work, payment)
    return payment.id


def _open(
    work: UnitOfWork, local_id: UUID | None, kind: InvoiceKind
) -> tuple[Invoice, InvoiceState | None]:
    """The invoice to write, and the state it was in; None for a new one."""
    if local_id is None:
        invoice = Invoice(kind=kind, lines=[])
        return invoice, None
    statement = select(Invoice).where(Invoice.id == local_id)
    found = work.session.scalars(statement.options(selectinload(Invoice.lines))).one()
    return found, found.state


def _put_head(
    work: UnitOfWork,
    invoice: Invoice,
    document: InvoiceDocument | CreditNoteDocument,
    bindings: Bindings,
) -> None:
    invoice.company_id = bindings.company_id
    invoice.customer_id = standing(work, known(bindings, PARTY, document.customer))
    invoice.order_id = known(bindings, ORDER, document.order) if document.order else None
    invoice.number, invoice.state = document.number, document.state
    invoice.currency = document.net.currency
    invoice.net, invoice.tax = document.net.amount, document.tax.amount
    invoice.issued_on = document.issued_on
    invoice.source, invoice.observed_at = bindings.connection_name, work.observed_at
    work.session.add(invoice)


def _put_lines(
    work: UnitOfWork,
    invoice: Invoice,
    lines: tuple[InvoiceLineDocument, ...],
    bindings: Bindings,
) -> None:
    products = all_known(bindings, PRODUCT, (line.product for line in lines if line.product))
    invoice.lines.clear()
    work.session.flush()
    invoice.lines.extend(
        InvoiceLine(
            position=position,
            product_id=products[line.product] if line.product else None,
            text=line.text,
            quantity=line.quantity.amount,
            uom=line.quantity.uom,
            net=line.net.amount,
        )
        for position, line in enumerate(lines, start=1)
    )
    work.session.flush()


def _announce_invoice(work: UnitOfWork, invoice: Invoice, before: InvoiceState | None) -> None:
    if invoice.state in ISSUED and before not in ISSUED:
        _tell(work, invoice, "invoiced", text=lazy("Invoice %(number)s over %(amount)s issued"))
        work.publish(about(InvoiceIssued, invoice))
    if invoice.state is InvoiceState.PAID and before is not InvoiceState.PAID:
        today = work.observed_at.date()
        _tell(work, invoice, "paid", text=lazy("Invoice %(number)s is paid"), on=today)
        work.publish(about(InvoicePaid, invoice))
    if invoice.state is InvoiceState.CANCELLED and before in ISSUED:
        work.publish(about(InvoiceCancelled, invoice))


def _announce_payment(work: UnitOfWork, payment: Payment) -> None:
    amount = Money(payment.amount, payment.currency)
    record(
        work,
        payment.customer_id,
        kind="billing.payment",
        text=phrase(lazy("Payment of %(amount)s received"), amount=_words(amount)),
        happened_at=_moment(work, payment.paid_on),
        link=Link(PAGE, {"key": str(payment.invoice_id)}) if payment.invoice_id else None,
    )
    work.publish(
        PaymentReceived(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            invoice_id=payment.invoice_id,
            amount=amount,
        )
    )


def about(event: type[E], invoice: Invoice) -> E:
    return event(
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        order_id=invoice.order_id,
        total=invoice.total,
    )


def _tell(
    work: UnitOfWork, invoice: Invoice, kind: str, *, text: str, on: date | None = None
) -> None:
    record(
        work,
        invoice.customer_id,
        kind=f"billing.{kind}",
        text=phrase(text, number=invoice.number or "", amount=_words(invoice.total)),
        happened_at=_moment(work, on or invoice.issued_on),
        link=Link(PAGE, {"key": str(invoice.id)}),
    )


def _words(amount: Money) -> str:
    return f"{amount.rounded().amount} {amount.currency}"


def _moment(work: UnitOfWork, day: date | None) -> datetime | None:
    """None, which is now, for today: the ERP tells the day and not the time."""
    if day is None or day >= work.observed_at.date():
        return None
    return datetime.combine(day, time(12), UTC)
