"""What sales shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.api.listing import ListQuery, count, page
from core.work import UnitOfWork
from modules.sales.chips import BILLING, COMMERCIAL, FULFILMENT, LINK
from modules.sales.lists import ORDERS

#: Rows before "all orders".
SHOWN = 8


def customer_orders(customer_id: UUID, work: UnitOfWork) -> str:
    """The latest orders of a customer, and the way to all of them."""
    mine = {"customer_id": str(customer_id)}
    found = page(work, ORDERS, ListQuery(limit=SHOWN, filters=mine))
    chips = {"commercial": COMMERCIAL, "fulfilment": FULFILMENT, "billing": BILLING, "link": LINK}
    return render_template(
        "sales/customer_orders.html",
        orders=found.rows,
        number=count(work, ORDERS, ListQuery(filters=mine)),
        customer_id=customer_id,
        chips=chips,
    )
