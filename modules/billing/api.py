"""Invoices, credit notes and payments over HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields

from core.api.blueprint import ApiBlueprint
from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists
from core.security.guard import requires
from core.sync.documents import InvoiceState
from core.work import UnitOfWork
from modules.billing.lists import INVOICES, PAYMENTS
from modules.billing.rules import InvoiceKind

blueprint = ApiBlueprint("billing", __name__, description="What the ERP billed, and who paid.")


class InvoiceSchema(Schema):
    id = Id()
    kind = fields.Enum(InvoiceKind, by_value=True)
    number = fields.String(allow_none=True, metadata={"description": "None for a draft."})
    customer_id = Id()
    customer = fields.String()
    order_id = Id(allow_none=True)
    order = fields.String(allow_none=True)
    state = fields.Enum(InvoiceState, by_value=True)
    currency = CurrencyCode()
    net = MoneyAmount()
    tax = MoneyAmount()
    total = MoneyAmount()
    open = MoneyAmount(metadata={"description": "Still to pay, tax included."})
    issued_on = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    source = fields.String()
    observed_at = Moment()


class PaymentSchema(Schema):
    id = Id()
    customer_id = Id()
    invoice_id = Id(allow_none=True)
    amount = MoneyAmount(metadata={"description": "Negative: paid back."})
    currency = CurrencyCode()
    paid_on = fields.Date()
    source = fields.String()
    observed_at = Moment()


@blueprint.get("/invoices")
@requires("billing.read")
@lists(INVOICES, InvoiceSchema)
def invoices(work: UnitOfWork, query: ListQuery) -> Page:
    """Invoices and credit notes, newest first; ``overdue=true`` for what is late."""
    return page(work, INVOICES, query)


@blueprint.get("/payments")
@requires("billing.read")
@lists(PAYMENTS, PaymentSchema)
def payments(work: UnitOfWork, query: ListQuery) -> Page:
    """Money that arrived, newest first."""
    return page(work, PAYMENTS, query)
