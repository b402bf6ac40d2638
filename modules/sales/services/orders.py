"""Draft, confirm and cancel orders. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.clock import utcnow
from core.companies import fetch, visible
from core.errors import NotFound, RuleBroken
from core.numbers import next_number
from core.sync.arithmetic import Arithmetic
from core.sync.documents import Progress
from core.sync.models import OutboxVerb
from core.sync.outbox import has_left
from core.sync.requested import ask
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import OURSELVES, UnitOfWork
from modules.catalog.models import Product
from modules.catalog.services import tax_rates
from modules.contacts.models import Party
from modules.sales.events import OrderCancelled, OrderConfirmed
from modules.sales.kinds import ORDER
from modules.sales.models import Order, OrderLine
from modules.sales.rules import ORDER_FLOW, OrderState, Totals, totals
from modules.sales.services.story import tell
from modules.sales.services.wishes import Checked, LineWish, OrderWish, check

SERIES = "SO"


def get_order(work: UnitOfWork, order_id: UUID, *, lock: bool = False) -> Order:
    """The order with its lines. Raise NotFound when there is none for this actor."""
    statement = select(Order).where(Order.id == order_id).options(selectinload(Order.lines))
    if lock:
        statement = statement.with_for_update()
    order = work.session.scalar(visible(work, statement))
    if order is None:
        raise NotFound(_("There is no order %(id)s.", id=order_id))
    return order


def draft_order(work: UnitOfWork, wish: OrderWish) -> tuple[Order, bool]:
    """The order, and whether it is new: a ``client_reference`` seen before is the same order.

    That makes a caller's retry harmless. Raise RuleBroken when the reference stands for an order
    of other content.
    """
    checked = check(work, wish)
    if known := _known(work, wish, checked):
        return known, False
    number = next_number(work, checked.company.id, SERIES)
    # The number's row is locked now, so nobody else writes this reference meanwhile.
    if known := _known(work, wish, checked):
        return known, False
    order = Order(
        company_id=checked.company.id,
        number=number,
        customer_id=checked.customer.id,
        currency=wish.currency,
        ordered_on=utcnow().date(),
        client_reference=wish.client_reference,
        state=OrderState.DRAFT,  # said, so that the journal begins with it
    )
    _put_lines(work, order, wish, checked)
    work.session.add(order)
    work.session.flush()
    tell(work, order, "drafted", text=lazy("Order %(number)s drafted"))
    return order, True


def change_order(work: UnitOfWork, order_id: UUID, wish: OrderWish, *, version: int) -> Order:
    """Replace what a draft orders. Raise Stale when it was saved since ``version`` was read."""
    order = get_order(work, order_id, lock=True)
    check_version(order, version)
    if order.state is not OrderState.DRAFT:
        raise refused(order, _("Order %(number)s is %(state)s: only a draft can be changed."))
    checked = check(work, wish)
    if checked.company.id != order.company_id:
        raise RuleBroken(_("An order stays with its company."))
    order.customer_id = checked.customer.id
    order.client_reference = wish.client_reference or order.client_reference
    order.updated_at = utcnow()  # other lines are another version, even with the same totals
    order.lines.clear()
    work.session.flush()
    _put_lines(work, order, wish, checked)
    work.session.flush()
    return order


def confirm_order(work: UnitOfWork, order_id: UUID) -> Order:
    """Make the draft firm and announce it: it is on its way to the ERP with this transaction."""
    order = get_order(work, order_id, lock=True)
    if order.state is not OrderState.DRAFT:
        raise refused(order, _("Order %(number)s is %(state)s already."))
    if not order.lines:
        text = _("Order %(number)s has no lines yet.", number=order.number)
        raise RuleBroken(text, fields={"lines": _("Add one.")})
    customer = fetch(work, Party, order.customer_id)
    if not customer.active:
        raise RuleBroken(
            _("%(name)s is archived: bring the customer back first.", name=customer.name)
        )
    order.state = ORDER_FLOW.step(order.state, OrderState.CONFIRMED)
    tell(work, order, "confirmed", text=lazy("Order %(number)s confirmed"))
    work.publish(
        OrderConfirmed(
            order_id=order.id,
            company_id=order.company_id,
            customer_id=order.customer_id,
            number=order.number,
        )
    )
    return order


def cancel_order(work: UnitOfWork, order_id: UUID) -> Order:
    """Cancel a draft, or an order that has certainly not left for the ERP yet.

    What the ERP has is not cancelled here: the ERP is asked to, and the order stands until it has.
    Raise RuleBroken where it can not, or where nobody knows yet whether it has the order.
    """
    order = get_order(work, order_id, lock=True)
    if order.source != OURSELVES:
        raise refused(order, _("Order %(number)s was born in %(source)s: cancel it there."))
    if order.fulfilment is not Progress.NONE:
        raise refused(order, _("Order %(number)s is shipped already: ask for a return."))
    if not ORDER_FLOW.allows(order.state, OrderState.CANCELLED):
        raise refused(order, _("Order %(number)s is %(state)s already."))
    if has_left(work, ORDER, order.id):
        ask(work, ORDER, order.id, OutboxVerb.CANCEL)
        text = lazy("Asked to cancel order %(number)s in the ERP")
        tell(work, order, "cancellation_asked", text=text)
        return order
    order.state = ORDER_FLOW.step(order.state, OrderState.CANCELLED)
    tell(work, order, "cancelled", text=lazy("Order %(number)s cancelled"))
    # The subscriber takes it back from the outbox, or refuses.
    work.publish(
        OrderCancelled(order_id=order.id, customer_id=order.customer_id, number=order.number)
    )
    return order


def refused(order: Order, text: str) -> RuleBroken:
    """``text`` may name the order's number, state and source."""
    return RuleBroken(
        text % {"number": order.number, "state": _(order.state), "source": order.source}
    )


def _known(work: UnitOfWork, wish: OrderWish, checked: Checked) -> Order | None:
    if wish.client_reference is None:
        return None
    key = work.session.scalar(
        select(Order.id).where(
            Order.company_id == checked.company.id,
            Order.client_reference == wish.client_reference,
        )
    )
    if key is None:
        return None
    order = get_order(work, key)
    if not _same(order, wish, checked):
        raise RuleBroken(
            _("This client reference stands for another order."),
            fields={
                "client_reference": _(
                    "It is order %(number)s, with other content.", number=order.number
                )
            },
        )
    return order


def _same(order: Order, wish: OrderWish, checked: Checked) -> bool:
    mine = [(line.sku, line.quantity, line.unit_price) for line in order.lines]
    theirs = [
        (line.sku, line.quantity, _price(line, checked.products[line.sku])) for line in wish.lines
    ]
    asked = (checked.customer.id, wish.currency, theirs)
    return (order.customer_id, order.currency, mine) == asked


def _put_lines(work: UnitOfWork, order: Order, wish: OrderWish, checked: Checked) -> None:
    order.lines = made_lines(wish, checked)
    sums = sums_of(work, order.lines, wish.currency, arithmetic=checked.arithmetic)
    order.net, order.tax, order.tax_is_estimate = sums.net.amount, sums.tax.amount, True


def made_lines(wish: OrderWish, checked: Checked) -> list[OrderLine]:
    made = [
        _line(position, line, checked.products[line.sku])
        for position, line in enumerate(wish.lines, start=1)
    ]
    for line in made:
        line.net = line.priced(wish.currency, checked.arithmetic.rounding).net.amount
    return made


def sums_of(
    work: UnitOfWork, lines: Sequence[OrderLine], currency: str, *, arithmetic: Arithmetic
) -> Totals:
    """What the lines come to; their tax is an estimate until the ERP says it."""
    priced = [line.priced(currency, arithmetic.rounding) for line in lines]
    rates = tax_rates(work, {tax for line in priced for tax in line.taxes})
    return totals(priced, rates, currency=currency, arithmetic=arithmetic)


def _line(position: int, wish: LineWish, product: Product) -> OrderLine:
    return OrderLine(
        position=position,
        product_id=product.id,
        sku=product.sku,
        text=wish.text or product.name,
        quantity=wish.quantity,
        uom=product.uom,
        unit_price=_price(wish, product),
        taxes=list(product.taxes),
    )


def _price(wish: LineWish, product: Product) -> Decimal:
    """The wish was checked, so one of the two is there."""
    return wish.unit_price if wish.unit_price is not None else product.unit_price or Decimal()
