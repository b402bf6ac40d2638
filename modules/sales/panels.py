"""What sales shows on pages of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import render_template
from sqlalchemy import Row

from core.api.listing import ListQuery, count, page
from core.work import UnitOfWork
from modules.sales.chips import BILLING, COMMERCIAL, FULFILMENT
from modules.sales.lists import ORDERS
from modules.sales.words import whereabouts

#: Rows before "all orders".
SHOWN = 8


def customer_orders(customer_id: UUID, work: UnitOfWork) -> str:
    """The latest orders of a customer, and the way to all of them."""
    which = {"customer_id": str(customer_id)}
    return _orders(work, page(work, ORDERS, ListQuery(limit=SHOWN, filters=which)).rows, which)


def latest_orders(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page: what was sold last, here or in the ERP; nothing before the first."""
    rows = page(work, ORDERS, ListQuery(limit=SHOWN)).rows
    return _orders(work, rows, {}) if rows else ""


def _orders(work: UnitOfWork, rows: Sequence[Row[Any]], which: dict[str, str]) -> str:
    return render_template(
        "sales/orders.html",
        orders=rows,
        number=count(work, ORDERS, ListQuery(filters=which)),
        which=which,
        chips={"commercial": COMMERCIAL, "fulfilment": FULFILMENT, "billing": BILLING},
        whereabouts=whereabouts,
    )
