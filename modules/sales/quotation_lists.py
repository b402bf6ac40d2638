"""What lists of quotations and promises sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from core.api.listing import Listing
from core.search import matching
from modules.contacts.kinds import PARTY as CUSTOMERS
from modules.contacts.models import Party
from modules.sales.models import Order, Promise, Quotation, QuotationVersion
from modules.sales.services.quotations.showing import ROWS


def _search(text: str) -> ColumnElement[bool]:
    """The number begins with it, or the customer is found by it."""
    start = text.strip().replace("%", "").replace("_", "")
    return or_(
        Quotation.number.ilike(f"{start}%"), Quotation.customer_id.in_(matching(CUSTOMERS, text))
    )


QUOTATIONS = Listing(
    name="quotations",
    statement=ROWS,
    sorts={
        "number": Quotation.number,
        "valid_until": QuotationVersion.valid_until,
        "updated_at": Quotation.updated_at,
    },
    default="-updated_at",
    filters={
        "customer_id": Quotation.customer_id,
        "state": QuotationVersion.state,
        "owner_id": Quotation.owner_id,
        "opportunity_id": Quotation.opportunity_id,
        "order_id": Quotation.order_id,
        "number": Quotation.number,
    },
    search=_search,
)

PROMISES = Listing(
    name="promises",
    statement=select(
        Promise.id,
        Promise.order_id,
        Order.number.label("order"),
        Promise.customer_id,
        Party.name.label("customer"),
        Promise.position,
        Promise.sku,
        Promise.quantity,
        Promise.kind,
        Promise.promised_on,
        Promise.promised_price,
        Order.currency,
        Promise.state,
        Promise.happened_on,
        Promise.invoiced_price,
        Promise.reason,
    )
    .join(Order, Order.id == Promise.order_id)
    .join(Party, Party.id == Promise.customer_id),
    sorts={"promised_on": Promise.promised_on, "id": Promise.id},
    default="-id",
    filters={
        "customer_id": Promise.customer_id,
        "order_id": Promise.order_id,
        "kind": Promise.kind,
        "state": Promise.state,
    },
)
