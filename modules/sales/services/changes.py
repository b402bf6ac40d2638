"""Changes of orders the ERP has: asked for there, and made here once it agreed. Caller commits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import visible
from core.errors import NotFound
from core.sync.documents import Progress
from core.sync.exchange import Answer
from core.sync.models import OutboxVerb
from core.sync.requested import RequestState, ask, requested, take_back
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import OURSELVES, UnitOfWork
from modules.sales.kinds import ORDER
from modules.sales.models import Order, OrderChange, OrderLine
from modules.sales.rules import ORDER_FLOW, OrderState
from modules.sales.services.orders import get_order, made_lines, refused, sums_of
from modules.sales.services.story import tell
from modules.sales.services.wishes import LineWish, OrderWish, check


def ask_change(
    work: UnitOfWork, order_id: UUID, lines: tuple[LineWish, ...], *, version: int
) -> Order:
    """Ask the ERP for other lines; the order keeps its own until the ERP agrees.

    Raise Stale when it was saved since ``version``, RuleBroken where the ERP can not change it.
    """
    order = get_order(work, order_id, lock=True)
    check_version(order, version)
    _may_change(order)
    wish = OrderWish(customer_id=order.customer_id, currency=order.currency, lines=lines)
    checked = check(work, wish)
    made = made_lines(wish, checked)
    sums = sums_of(work, made, order.currency, arithmetic=checked.arithmetic)
    change = OrderChange(
        company_id=order.company_id,
        order_id=order.id,
        lines=[_plain(line) for line in made],
        net=sums.net.amount,
        tax=sums.tax.amount,
    )
    work.session.add(change)
    work.session.flush()
    ask(work, ORDER, order.id, OutboxVerb.CHANGE, subject=change.id)
    tell(work, order, "change_asked", text=lazy("Asked to change order %(number)s in the ERP"))
    return order


def take_back_request(work: UnitOfWork, order_id: UUID, request_id: UUID) -> Order:
    """Undo what was asked for and not sent yet. Raise RuleBroken when it may have left."""
    order = get_order(work, order_id, lock=True)
    if request_id not in {one.id for one in requested(work, ORDER, order_id)}:
        raise NotFound(_("There is no request %(id)s of this order.", id=request_id))
    take_back(work, request_id)
    return order


def get_change(work: UnitOfWork, change_id: UUID) -> OrderChange:
    found = work.session.scalar(
        visible(work, select(OrderChange).where(OrderChange.id == change_id))
    )
    if found is None:
        raise NotFound(_("There is no change %(id)s.", id=change_id))
    return found


def lines_of(change: OrderChange) -> list[OrderLine]:
    """As the order would have them; they belong to no order yet."""
    return [_line(position, plain) for position, plain in enumerate(change.lines, start=1)]


def receive_answer(work: UnitOfWork, order: Order, answer: Answer) -> None:
    """Follow the ERP: it cancelled or changed the order, or refused to."""
    cancels = answer.verb == OutboxVerb.CANCEL
    if answer.state == RequestState.REFUSED:
        text = (
            lazy("The ERP did not cancel order %(number)s: %(reason)s")
            if cancels
            else lazy("The ERP did not change order %(number)s: %(reason)s")
        )
        tell(work, order, "request_refused", text=text, reason=answer.message)
    elif answer.state == RequestState.DONE and cancels:
        _cancelled(work, order)
    elif answer.state == RequestState.DONE and answer.subject is not None:
        _changed(work, order, get_change(work, answer.subject))


def _may_change(order: Order) -> None:
    if order.source != OURSELVES:
        raise refused(order, _("Order %(number)s was born in %(source)s: change it there."))
    if order.state is not OrderState.CONFIRMED:
        raise refused(order, _("Order %(number)s is %(state)s: there is nothing to ask for."))
    if order.fulfilment is not Progress.NONE:
        raise refused(order, _("Order %(number)s is shipped already: ask for a return."))


def _cancelled(work: UnitOfWork, order: Order) -> None:
    if ORDER_FLOW.allows(order.state, OrderState.CANCELLED):  # the pull may have told it before
        order.state = ORDER_FLOW.step(order.state, OrderState.CANCELLED)
        tell(work, order, "cancelled", text=lazy("Order %(number)s cancelled in the ERP"))


def _changed(work: UnitOfWork, order: Order, change: OrderChange) -> None:
    order.updated_at = utcnow()  # other lines are another version, even with the same totals
    order.lines.clear()
    work.session.flush()
    order.lines = lines_of(change)
    order.net, order.tax, order.tax_is_estimate = change.net, change.tax, True
    tell(work, order, "changed", text=lazy("Order %(number)s changed in the ERP"))


def _plain(line: OrderLine) -> dict[str, Any]:
    return {
        "product_id": str(line.product_id),
        "sku": line.sku,
        "text": line.text,
        "quantity": str(line.quantity),
        "uom": line.uom,
        "unit_price": str(line.unit_price),
        "net": str(line.net),
        "taxes": line.taxes,
    }


def _line(position: int, plain: dict[str, Any]) -> OrderLine:
    return OrderLine(
        position=position,
        product_id=UUID(plain["product_id"]),
        sku=plain["sku"],
        text=plain["text"],
        quantity=Decimal(plain["quantity"]),
        uom=plain["uom"],
        unit_price=Decimal(plain["unit_price"]),
        net=Decimal(plain["net"]),
        taxes=plain["taxes"],
    )
