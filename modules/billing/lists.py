"""What lists of invoices and payments sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import Boolean, ColumnElement, or_, select

from core.api.listing import Listing
from core.api.parsing import parse
from core.clock import utcnow
from core.search import matching
from modules.billing.models import Invoice, Payment
from modules.billing.rules import UNPAID
from modules.contacts.kinds import PARTY as CUSTOMERS
from modules.contacts.models import Party
from modules.sales.models import Order


def _search(text: str) -> ColumnElement[bool]:
    return or_(
        Invoice.number.istartswith(text.strip(), autoescape=True),
        Invoice.customer_id.in_(matching(CUSTOMERS, text)),
    )


def _overdue(text: str) -> ColumnElement[bool]:
    late = Invoice.state.in_(UNPAID) & (Invoice.due_on < utcnow().date())
    return late if parse(text, Boolean()) else ~late


INVOICES = Listing(
    name="invoices",
    statement=select(
        Invoice.id,
        Invoice.kind,
        Invoice.number,
        Invoice.customer_id,
        Party.name.label("customer"),
        Invoice.order_id,
        Order.number.label("order"),
        Invoice.state,
        Invoice.currency,
        Invoice.net,
        Invoice.tax,
        (Invoice.net + Invoice.tax).label("total"),
        Invoice.open,
        Invoice.issued_on,
        Invoice.due_on,
        Invoice.source,
        Invoice.observed_at,
    )
    .join(Party, Party.id == Invoice.customer_id)
    .outerjoin(Order, Order.id == Invoice.order_id),
    sorts={
        "issued_on": Invoice.issued_on,
        "due_on": Invoice.due_on,
        "number": Invoice.number,
        "id": Invoice.id,
    },
    default="-id",
    filters={
        "customer_id": Invoice.customer_id,
        "order_id": Invoice.order_id,
        "state": Invoice.state,
        "kind": Invoice.kind,
        "number": Invoice.number,
        "overdue": _overdue,
    },
    search=_search,
)

PAYMENTS = Listing(
    name="payments",
    statement=select(
        Payment.id,
        Payment.customer_id,
        Payment.invoice_id,
        Payment.amount,
        Payment.currency,
        Payment.paid_on,
        Payment.source,
        Payment.observed_at,
    ),
    sorts={"paid_on": Payment.paid_on, "id": Payment.id},
    default="-id",
    filters={"customer_id": Payment.customer_id, "invoice_id": Payment.invoice_id},
)
