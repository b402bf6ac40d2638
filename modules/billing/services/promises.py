"""Prices that were promised, against what was invoiced."""

from __future__ import annotations

from sqlalchemy import select

from core.work import UnitOfWork
from modules.billing.events import InvoiceIssued
from modules.billing.models import InvoiceLine
from modules.sales.services.promises import judge_invoice


def judge_prices(event: InvoiceIssued, work: UnitOfWork) -> None:
    if event.order_id is None:
        return
    columns = (InvoiceLine.product_id, InvoiceLine.quantity, InvoiceLine.net)
    rows = work.session.execute(select(*columns).where(InvoiceLine.invoice_id == event.invoice_id))
    billed = [(product, quantity, net) for product, quantity, net in rows if product is not None]
    judge_invoice(work, event.order_id, billed)
