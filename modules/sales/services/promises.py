"""Promises to customers: made with an order, judged by what the ERP says happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, delete, func, select

from core.clock import utcnow
from core.companies import visible
from core.errors import Invalid, NotFound
from core.sync.documents import DocumentState
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.events import (
    OrderCancelled,
    OrderCancelledThere,
    OrderShipped,
    PromiseBroken,
)
from modules.sales.models import (
    Order,
    OrderLine,
    Promise,
    QuotationVersion,
    Shipment,
    ShipmentLine,
)
from modules.sales.rules import OrderState
from modules.sales.rules.promises import (
    KeptRate,
    Moved,
    PromiseKind,
    PromiseState,
    Verdict,
    judge_delivery,
    judge_price,
)
from modules.sales.services.orders import get_order, refused

#: Promises a nightly run judges in one transaction.
AT_ONCE = 500


def promise_what_was_offered(work: UnitOfWork, order: Order, offer: QuotationVersion) -> None:
    """The price of every line, and the day of those that have one."""
    for line, offered in zip(order.lines, offer.lines, strict=True):
        day = offered.promised_on or offer.promised_on
        if day is not None:
            _add(work, order, line, promised_on=day)
        _add(work, order, line, promised_price=line.unit_price)
    work.session.flush()


def promise_delivery(
    work: UnitOfWork, order_id: UUID, day: date, *, position: int | None = None
) -> list[Promise]:
    """Promise, or promise anew, that a line leaves by ``day``; without ``position``: all lines.

    A promise that was decided stays as it is: another day does not mend it.
    """
    order = get_order(work, order_id, lock=True)
    if order.state is OrderState.CANCELLED:
        raise refused(order, _("Order %(number)s is %(state)s: nothing is promised any more."))
    if day < utcnow().date():
        words = _("This day is over already.")
        raise Invalid(_("Nobody can promise that."), fields={"promised_on": words})
    made = {promise.position: promise for promise in of_order(work, order_id, PromiseKind.DELIVERY)}
    lines = [line for line in order.lines if position in (None, line.position) and line.product_id]
    for line in lines:
        found = made.get(line.position) or _add(work, order, line, promised_on=day)
        if found.state is PromiseState.OPEN:
            found.promised_on = day
    work.session.flush()
    judge_order(work, order_id)
    return of_order(work, order_id)


def give_reason(work: UnitOfWork, promise_id: UUID, reason: str) -> Promise:
    """Why it was not kept, in a person's words."""
    statement = visible(work, select(Promise).where(Promise.id == promise_id)).with_for_update()
    promise = work.session.scalar(statement)
    if promise is None:
        raise NotFound(_("There is no such promise."))
    promise.reason = reason.strip()
    return promise


def of_order(work: UnitOfWork, order_id: UUID, kind: PromiseKind | None = None) -> list[Promise]:
    statement = select(Promise).where(Promise.order_id == order_id)
    if kind is not None:
        statement = statement.where(Promise.kind == kind)
    ordered = statement.order_by(Promise.kind, Promise.position)
    return list(work.session.scalars(visible(work, ordered)))


def kept_rate(work: UnitOfWork, *, customer_id: UUID | None = None) -> KeptRate:
    """Of one customer, or of all the actor may see; one query."""
    statement = select(Promise.state, func.count()).group_by(Promise.state)
    if customer_id is not None:
        statement = statement.where(Promise.customer_id == customer_id)
    companies = work.actor.companies
    if companies is not None:
        statement = statement.where(Promise.company_id.in_(sorted(companies)))
    counts = dict(work.session.execute(statement).all())
    return KeptRate(
        kept=counts.get(PromiseState.KEPT, 0),
        late=counts.get(PromiseState.LATE, 0),
        broken=counts.get(PromiseState.BROKEN, 0),
        open=counts.get(PromiseState.OPEN, 0),
    )


def judge_shipment(event: OrderShipped, work: UnitOfWork) -> None:
    judge_order(work, event.order_id)


def forget_open(event: OrderCancelled | OrderCancelledThere, work: UnitOfWork) -> None:
    """An order that was cancelled promises nothing any more; what was decided stays."""
    work.session.execute(
        delete(Promise).where(
            Promise.order_id == event.order_id, Promise.state == PromiseState.OPEN
        )
    )


def judge_order(work: UnitOfWork, order_id: UUID) -> None:
    """Its promised days, by what has left so far."""
    waiting = (PromiseState.OPEN, PromiseState.BROKEN)
    promises = [
        promise
        for promise in of_order(work, order_id, PromiseKind.DELIVERY)
        if promise.state in waiting
    ]
    _judge(work, promises)


def judge_open_promises(work: UnitOfWork) -> int:
    """How many days passed unkept: those of yesterday and before that nothing has decided."""
    statement = (
        select(Promise)
        .where(
            Promise.state == PromiseState.OPEN,
            Promise.kind == PromiseKind.DELIVERY,
            Promise.promised_on < utcnow().date(),
        )
        .order_by(Promise.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    promises = list(work.session.scalars(statement))
    _judge(work, promises)
    return len(promises)


def judge_invoice(
    work: UnitOfWork, order_id: UUID, billed: Iterable[tuple[UUID, Decimal, Decimal]]
) -> None:
    """``billed``: product, quantity and net of each line the ERP invoiced for the order."""
    prices: dict[UUID, Decimal] = {}
    for product, quantity, net in billed:
        if quantity > 0:
            prices[product] = max(prices.get(product, Decimal()), net / quantity)
    for promise in of_order(work, order_id, PromiseKind.PRICE):
        price = prices.get(promise.product_id)
        if price is None or promise.promised_price is None:
            continue
        if promise.state is not PromiseState.OPEN:
            continue
        promise.invoiced_price = price.quantize(Decimal("0.000001"))
        _decide(work, promise, Verdict(judge_price(promise.promised_price, price)))


def _add(
    work: UnitOfWork,
    order: Order,
    line: OrderLine,
    *,
    promised_on: date | None = None,
    promised_price: Decimal | None = None,
) -> Promise:
    promise = Promise(
        company_id=order.company_id,
        order_id=order.id,
        customer_id=order.customer_id,
        position=line.position,
        product_id=line.product_id,
        sku=line.sku,
        quantity=line.quantity,
        kind=PromiseKind.PRICE if promised_on is None else PromiseKind.DELIVERY,
        promised_on=promised_on,
        promised_price=promised_price,
        state=PromiseState.OPEN,
        reason="",
    )
    work.session.add(promise)
    return promise


def _judge(work: UnitOfWork, promises: Sequence[Promise]) -> None:
    orders = {promise.order_id for promise in promises}
    moves, needed = _moves(work, orders), _needed(work, orders)
    today = utcnow().date()
    for promise in promises:
        if promise.promised_on is None:
            continue
        moved = moves.get((promise.order_id, promise.product_id), [])
        quantity = needed.get((promise.order_id, promise.position), promise.quantity)
        _decide(work, promise, judge_delivery(promise.promised_on, moved, quantity, today=today))


def _needed(work: UnitOfWork, orders: Iterable[UUID]) -> Mapping[tuple[UUID, int], Decimal]:
    """How much of a line's product has to leave until the line is complete: earlier lines first."""
    statement = (
        select(OrderLine.order_id, OrderLine.position, OrderLine.product_id, OrderLine.quantity)
        .where(OrderLine.order_id.in_(set(orders)))
        .order_by(OrderLine.order_id, OrderLine.position)
    )
    found: dict[tuple[UUID, int], Decimal] = {}
    sums: dict[tuple[UUID, UUID | None], Decimal] = {}
    for order, position, product, quantity in work.session.execute(statement):
        sums[order, product] = sums.get((order, product), Decimal()) + quantity
        found[order, position] = sums[order, product]
    return found


def _moves(work: UnitOfWork, orders: Iterable[UUID]) -> Mapping[tuple[UUID, UUID], list[Moved]]:
    """What left, less what came back, by order and product; in one query."""
    signed = case((Shipment.is_return, -ShipmentLine.quantity), else_=ShipmentLine.quantity)
    statement = (
        select(
            Shipment.order_id,
            ShipmentLine.product_id,
            Shipment.shipped_on,
            Shipment.observed_at,
            signed,
        )
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.order_id.in_(set(orders)), Shipment.state == DocumentState.CONFIRMED)
    )
    found: dict[tuple[UUID, UUID], list[Moved]] = {}
    for order, product, shipped_on, observed_at, quantity in work.session.execute(statement):
        if order is not None:
            day = shipped_on or observed_at.date()
            found.setdefault((order, product), []).append(Moved(day, quantity))
    return found


def _decide(work: UnitOfWork, promise: Promise, verdict: Verdict) -> None:
    """Told once: what was broken and left after all is late, and no news."""
    was_open = promise.state is PromiseState.OPEN
    promise.state, promise.happened_on = verdict.state, verdict.on
    if not was_open or verdict.state not in (PromiseState.LATE, PromiseState.BROKEN):
        return
    order = work.session.get_one(Order, promise.order_id)
    work.publish(
        PromiseBroken(
            promise_id=promise.id,
            order_id=promise.order_id,
            customer_id=promise.customer_id,
            number=order.number,
            sku=promise.sku,
            kind=promise.kind.value,
            state=verdict.state.value,
            promised_on=promise.promised_on,
        )
    )
