"""Lines sales writes into the customer's timeline."""

from __future__ import annotations

from datetime import datetime

from core.work import UnitOfWork
from modules.contacts.services import Link, phrase, record
from modules.sales.models import Order

#: The page of an order.
PAGE = "sales_pages.order"


def tell(
    work: UnitOfWork,
    order: Order,
    kind: str,
    *,
    text: str,
    happened_at: datetime | None = None,
    **params: str,
) -> None:
    """``text`` is marked by ``lazy`` and names the order as ``%(number)s``."""
    record(
        work,
        order.customer_id,
        kind=f"sales.{kind}",
        text=phrase(text, number=order.number, **params),
        happened_at=happened_at,
        link=Link(PAGE, {"key": str(order.id)}),
    )
