"""Sales as the ERP sees it: orders out, their states and shipments back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.money import Money
from core.quantity import Quantity
from core.sync.documents import SalesOrder, SalesOrderLine
from core.sync.exchange import Answer, Bindings, Waits
from core.sync.outbox import send, withdraw
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.erp import PRODUCT, TAX
from modules.contacts.kinds import PARTY
from modules.sales.events import OrderCancelled, OrderConfirmed
from modules.sales.kinds import ORDER
from modules.sales.models import Order, OrderLine
from modules.sales.services.changes import get_change, lines_of, receive_answer
from modules.sales.services.orders import get_order


def send_order(event: OrderConfirmed, work: UnitOfWork) -> None:
    send(work, ORDER, event.order_id, company_id=event.company_id, number=event.number)


def withdraw_order(event: OrderCancelled, work: UnitOfWork) -> None:
    """Nothing to do for a draft, which was never sent; RuleBroken when it may have left."""
    withdraw(work, ORDER, event.order_id)


def load_order(work: UnitOfWork, order_id: UUID, bindings: Bindings) -> SalesOrder:
    """The order as it is now. Raise Waits for a customer or product the ERP does not know yet."""
    order = get_order(work, order_id)
    return _document(order, order.lines, Money(order.net, order.currency), bindings)


def load_change(work: UnitOfWork, change_id: UUID, bindings: Bindings) -> SalesOrder:
    """The order as the change wishes it. Raise Waits for a product the ERP does not know."""
    change = get_change(work, change_id)
    order = get_order(work, change.order_id)
    return _document(order, lines_of(change), Money(change.net, order.currency), bindings)


def answered(work: UnitOfWork, order_id: UUID, answer: Answer) -> None:
    """The ERP did what it was asked for, or said no."""
    receive_answer(work, get_order(work, order_id, lock=True), answer)


def _document(
    order: Order, lines: Sequence[OrderLine], net: Money, bindings: Bindings
) -> SalesOrder:
    customer = bindings.external(PARTY, order.customer_id)
    products, taxes = _products(lines, bindings), _taxes(lines, bindings)
    return SalesOrder(
        company=bindings.erp_company,
        customer=customer,
        lines=tuple(
            _line(line, order.currency, product=products[line.product_id], taxes=taxes)
            for line in lines
            if line.product_id is not None
        ),
        net=net,
        ordered_on=order.ordered_on,
        customer_order=order.client_reference,
        number=order.number,
    )


def _line(line: OrderLine, currency: str, *, product: str, taxes: dict[str, str]) -> SalesOrderLine:
    return SalesOrderLine(
        product=product,
        quantity=Quantity(line.quantity, line.uom),
        unit_price=Money(line.unit_price, currency),
        text=line.text,
        taxes=tuple(taxes[key] for key in line.taxes),
        net=Money(line.net, currency),
    )


def _products(lines: Sequence[OrderLine], bindings: Bindings) -> dict[UUID, str]:
    wanted = [line.product_id for line in lines if line.product_id is not None]
    found = dict(bindings.externals(PRODUCT, wanted))
    for line in lines:
        if line.product_id is not None and line.product_id not in found:
            text = _(
                "%(erp)s does not know the product %(sku)s.",
                erp=bindings.connection_name,
                sku=line.sku,
            )
            raise Waits(text, kind=PRODUCT, local_id=None)
    return found


def _taxes(lines: Sequence[OrderLine], bindings: Bindings) -> dict[str, str]:
    wanted = {UUID(key) for line in lines for key in line.taxes}
    found = bindings.externals(TAX, sorted(wanted))
    if missing := wanted - found.keys():
        text = _(
            "%(erp)s does not know %(n)s of the taxes.",
            erp=bindings.connection_name,
            n=len(missing),
        )
        raise Waits(text, kind=TAX, local_id=None)
    return {str(key): external for key, external in found.items()}
