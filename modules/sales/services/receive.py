"""Orders as the ERP reports them: the state of ours, and those that were born there."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.money import Money
from core.sync.documents import DocumentState, Progress, SalesOrder, SalesOrderLine
from core.sync.exchange import Arrived, Bindings
from core.sync.references import all_known, known
from core.web.i18n import lazy
from core.work import OURSELVES, UnitOfWork
from modules.catalog.erp import PRODUCT, TAX
from modules.catalog.models import Product
from modules.contacts.kinds import PARTY
from modules.contacts.services.following import standing
from modules.sales.events import OrderCancelledThere
from modules.sales.models import Order, OrderLine
from modules.sales.rules import ORDER_FLOW, OrderState
from modules.sales.services.orders import get_order
from modules.sales.services.story import tell


def receive_order(work: UnitOfWork, arrived: Arrived[SalesOrder], bindings: Bindings) -> UUID:
    """Take over what the ERP says; its figures replace our estimates."""
    document = arrived.document
    if arrived.local_id is None:
        order = _born_there(work, arrived, bindings)
    else:
        order = get_order(work, arrived.local_id, lock=True)
        if order.source != OURSELVES:
            _put_lines(work, order, document, bindings)
    _take_figures(order, document)
    _follow(work, order, document)
    work.session.flush()
    return order.id


def _born_there(work: UnitOfWork, arrived: Arrived[SalesOrder], bindings: Bindings) -> Order:
    document = arrived.document
    order = Order(
        company_id=bindings.company_id,
        number=document.number or f"#{arrived.external_id}",
        customer_id=standing(work, known(bindings, PARTY, document.customer)),
        currency=document.net.currency,
        ordered_on=document.ordered_on,
        net=document.net.amount,
        tax=Decimal(),
        source=bindings.connection_name,
        lines=[],
    )
    _put_lines(work, order, document, bindings)
    work.session.add(order)
    work.session.flush()
    tell(
        work,
        order,
        "arrived",
        text=lazy("Order %(number)s came from %(source)s"),
        happened_at=arrived.stamp,
        source=order.source,
    )
    return order


def _take_figures(order: Order, document: SalesOrder) -> None:
    if order.source != OURSELVES:
        order.number = document.number or order.number
        order.ordered_on = document.ordered_on
    order.net = document.net.amount
    if document.tax is not None:
        order.tax, order.tax_is_estimate = document.tax.amount, False
    if document.fulfilment is not None:
        order.fulfilment = document.fulfilment
    if document.billing is not None:
        order.billing = document.billing


#: What the ERP's state means on the commercial axis.
_COMMERCIAL = {
    DocumentState.CONFIRMED: OrderState.CONFIRMED,
    DocumentState.CANCELLED: OrderState.CANCELLED,
}


def _follow(work: UnitOfWork, order: Order, document: SalesOrder) -> None:
    target = _COMMERCIAL.get(document.state)
    done = order.fulfilment is Progress.FULL and order.billing is Progress.FULL
    if target is OrderState.CONFIRMED and done:
        target = OrderState.COMPLETED
    for step in (OrderState.CONFIRMED, target):  # one born there may arrive completed
        if step is not None and target is not None and ORDER_FLOW.allows(order.state, step):
            order.state = ORDER_FLOW.step(order.state, step)
            if step is OrderState.CANCELLED:
                text = lazy("Order %(number)s cancelled in the ERP")
                tell(work, order, "cancelled", text=text)
                work.publish(
                    OrderCancelledThere(
                        order_id=order.id, customer_id=order.customer_id, number=order.number
                    )
                )


def _put_lines(work: UnitOfWork, order: Order, document: SalesOrder, bindings: Bindings) -> None:
    """Replace the lines of an order born there; ours keep their lines."""
    products = _products(work, document, bindings)
    taxes = bindings.locals(TAX, sorted({key for line in document.lines for key in line.taxes}))
    shipped = {line.product_id: line.shipped for line in order.lines}
    order.lines.clear()
    work.session.flush()
    for position, line in enumerate(document.lines, start=1):
        product = products.get(line.product)
        order.lines.append(
            OrderLine(
                position=position,
                product_id=product.id if product else None,
                sku=product.sku if product else "",
                text=line.text or (product.name if product else ""),
                **_amounts(line),
                taxes=[str(taxes[key]) for key in line.taxes if key in taxes],
                shipped=shipped.get(product.id if product else None, Decimal()),
            )
        )


def _amounts(line: SalesOrderLine) -> dict[str, Any]:
    price = line.unit_price
    net = line.net or Money(price.amount * line.quantity.amount, price.currency).rounded()
    return {
        "quantity": line.quantity.amount,
        "uom": line.quantity.uom,
        "unit_price": price.amount,
        "net": net.amount,
    }


def _products(work: UnitOfWork, document: SalesOrder, bindings: Bindings) -> Mapping[str, Product]:
    wanted = {line.product for line in document.lines if line.product}
    ids = all_known(bindings, PRODUCT, wanted)
    statement = select(Product).where(Product.id.in_(ids.values()))
    found = {product.id: product for product in work.session.scalars(statement)}
    return {key: found[ids[key]] for key in wanted}
