"""Orders as statements compare them with the ERP."""

from __future__ import annotations

from sqlalchemy import case, literal, select

from core.sync.documents import DocumentState, SalesOrder
from core.sync.exchange import Stated
from modules.sales.kinds import ORDER
from modules.sales.models import Order
from modules.sales.rules import OrderState

#: On hold or closed short is still an order the ERP has to have.
_STATE = case(
    (Order.state == OrderState.DRAFT, DocumentState.DRAFT.value),
    (Order.state == OrderState.CANCELLED, DocumentState.CANCELLED.value),
    else_=DocumentState.CONFIRMED.value,
)

ORDERS = Stated(
    kind=ORDER,
    document=SalesOrder,
    lines=select(
        Order.id,
        Order.company_id,
        Order.number,
        Order.ordered_on.label("day"),
        Order.currency.label("unit"),
        Order.net,
        (Order.net + Order.tax).label("total"),
        _STATE.label("state"),
        literal("").label("words"),
    ),
)
