"""What lists of orders sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from core.api.listing import Listing
from core.search import matching
from core.sync.deliveries import delivery_column
from modules.contacts.kinds import PARTY as CUSTOMERS
from modules.sales.kinds import ORDER
from modules.sales.models import Order
from modules.sales.services.showing import ROWS


def _search(text: str) -> ColumnElement[bool]:
    """The number or the client's reference begins with it, or the customer is found by it."""
    start = text.strip().replace("%", "").replace("_", "")
    return or_(
        Order.number.ilike(f"{start}%"),
        Order.client_reference.ilike(f"{start}%"),
        Order.customer_id.in_(matching(CUSTOMERS, text)),
    )


ORDERS = Listing(
    name="orders",
    statement=ROWS,
    sorts={"number": Order.number, "ordered_on": Order.ordered_on, "created_at": Order.created_at},
    default="-created_at",
    filters={
        "customer_id": Order.customer_id,
        "commercial": Order.state,
        "fulfilment": Order.fulfilment,
        "billing": Order.billing,
        "link": delivery_column(ORDER, Order.id),
        "number": Order.number,
        "client_reference": Order.client_reference,
        "source": Order.source,
    },
    search=_search,
)
