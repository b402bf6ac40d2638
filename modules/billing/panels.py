"""What billing shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.api.listing import ListQuery, count, page
from core.clock import utcnow
from core.work import UnitOfWork
from modules.billing.chips import KIND, OVERDUE, STATE
from modules.billing.lists import INVOICES
from modules.billing.services.dues import credit_of, dues

#: Rows before "all invoices".
SHOWN = 8


def customer_invoices(customer_id: UUID, work: UnitOfWork) -> str:
    """What a customer owes, and the latest invoices."""
    today = utcnow().date()
    return _invoices(
        work,
        {"customer_id": str(customer_id)},
        dues=dues(work, customer_id, today=today),
        credit=credit_of(work, customer_id),
    )


def order_invoices(order_id: UUID, work: UnitOfWork) -> str:
    return _invoices(work, {"order_id": str(order_id)}, dues=[])


def _invoices(work: UnitOfWork, which: dict[str, str], **more: object) -> str:
    return render_template(
        "billing/invoices.html",
        invoices=page(work, INVOICES, ListQuery(limit=SHOWN, filters=which)).rows,
        number=count(work, INVOICES, ListQuery(filters=which)),
        which=which,
        today=utcnow().date(),
        chips=STATE,
        kinds=KIND,
        overdue=OVERDUE,
        **more,
    )
