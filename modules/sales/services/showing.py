"""Orders as people and programs see them: with their customer, states and links."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from core.sync.deliveries import Link, delivery_column, links
from core.sync.requested import requested
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.sales.kinds import ORDER
from modules.sales.models import Order

#: The columns of a list of orders; ``link`` is how far the order has come on its way to the ERP.
ROWS = select(
    Order.id,
    Order.number,
    Order.customer_id,
    Party.name.label("customer"),
    Order.currency,
    Order.ordered_on,
    Order.client_reference,
    Order.state.label("commercial"),
    Order.fulfilment,
    Order.billing,
    delivery_column(ORDER, Order.id).label("link"),
    Order.net,
    Order.tax,
    (Order.net + Order.tax).label("total"),
    Order.source,
    Order.version,
).join(Party, Party.id == Order.customer_id)


def shown(work: UnitOfWork, order: Order) -> SimpleNamespace:
    """The whole order; its lines are loaded."""
    found = links(work, ORDER, order.id)
    states = {
        "commercial": order.state,
        "fulfilment": order.fulfilment,
        "billing": order.billing,
        "link": link_state(found),
    }
    return SimpleNamespace(
        **{name: getattr(order, name) for name in _OWN},
        customer=work.session.scalar(select(Party.name).where(Party.id == order.customer_id)),
        total=order.total.amount,
        states=states,
        lines=order.lines,
        links=found,
        requests=requested(work, ORDER, order.id),
    )


def link_state(found: list[Link]) -> Any:
    """Of the ERP the order was sent to first; None: it was not sent."""
    return next((link.state for link in found if link.state is not None), None)


_OWN = (
    "id",
    "number",
    "customer_id",
    "currency",
    "ordered_on",
    "client_reference",
    "net",
    "tax",
    "tax_is_estimate",
    "source",
    "version",
)
