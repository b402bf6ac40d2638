"""Invoices as their customer sees them in the portal."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.api.listing import ListQuery, page
from core.clock import utcnow
from core.companies import visible
from core.errors import NotFound
from core.portal import Customer, Item, Items, Section, Sheet, Typed
from core.sync.documents import InvoiceState
from core.web import formats
from core.web.atoms import chip, state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.billing.chips import KIND, OVERDUE, STATE
from modules.billing.lists import INVOICES
from modules.billing.models import Invoice, Payment
from modules.billing.rules import is_overdue

_SHOWN = 20
#: A draft is the ERP's own business until it is issued.
_ISSUED = Invoice.state != InvoiceState.DRAFT
_INVOICES = replace(INVOICES, statement=INVOICES.statement.where(_ISSUED), kept={})


def invoices(
    customer: Customer, after: str | None, _typed: Typed | None, work: UnitOfWork
) -> Items:
    mine = {"customer_id": str(customer.party_id)}
    found = page(work, _INVOICES, ListQuery(limit=_SHOWN, after=after, filters=mine))
    today = utcnow().date()
    items = []
    for row in found.rows:
        late = is_overdue(row.state, row.due_on, today)
        kind = state(row.kind, KIND) if row.kind == "credit_note" else ""
        states = state(row.state, STATE) + kind
        items.append(
            Item(
                key=row.id,
                title=row.number or _("Invoice"),
                quiet=_("Due %(day)s", day=formats.day(row.due_on)) if row.due_on else "",
                states=states + (chip(_(OVERDUE.label), OVERDUE.tone) if late else ""),
                amount=formats.money(row.total, row.currency),
            )
        )
    return Items(items=items, next=found.next)


def invoice(customer: Customer, key: UUID, _typed: Typed | None, work: UnitOfWork) -> Sheet:
    mine = select(Invoice).where(
        Invoice.id == key, Invoice.customer_id == customer.party_id, _ISSUED
    )
    found = work.session.scalar(visible(work, mine).options(selectinload(Invoice.lines)))
    if found is None:
        raise NotFound(_("There is no such invoice."))
    paid = select(Payment).where(Payment.invoice_id == key).order_by(Payment.paid_on)
    body = render_template(
        "billing/portal_invoice.html",
        invoice=found,
        payments=work.session.scalars(visible(work, paid)).all(),
        late=found.is_overdue(utcnow().date()),
        overdue=OVERDUE,
        chips=STATE,
    )
    credit = found.kind == "credit_note"
    name = _("Credit note %(number)s") if credit else _("Invoice %(number)s")
    return Sheet(title=name % {"number": found.number or ""}, body=body)


SECTIONS = (
    Section(
        name="invoices",
        title=_l("Invoices"),
        icon="file-invoice",
        empty=_l("Your invoices stand here, and what is paid."),
        items=invoices,
        record=invoice,
        order=30,
    ),
)
