"""Promised days and prices against what the ERP says: kept, late or broken, and told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from core.actor import system
from core.clock import utcnow
from core.errors import Invalid
from core.events import StoredEvent, kind_of
from core.host import Host
from core.sync.documents import DocumentState
from modules.sales.events import OrderCancelled, OrderShipped, PromiseBroken
from modules.sales.models import Order, Promise, Shipment, ShipmentLine
from modules.sales.rules.promises import PromiseKind, PromiseState
from modules.sales.services.orders import confirm_order, draft_order
from modules.sales.services.promises import (
    forget_open,
    give_reason,
    judge_invoice,
    judge_open_promises,
    judge_shipment,
    kept_rate,
    of_order,
    promise_delivery,
)
from modules.sales.services.wishes import LineWish, OrderWish

MakeProduct = Callable[..., UUID]
TODAY = utcnow().date()


@pytest.fixture
def ordered(host: Host, customer: UUID, make_product: MakeProduct) -> UUID:
    """Two lines of the same product, and one of another; all promised for today."""
    make_product("W001", "11.00")
    make_product("W002", "24.50")
    lines = tuple(LineWish(sku=f"W00{n}", quantity=Decimal(2)) for n in (1, 2, 1))
    with host.write(system()) as work:
        order, _new = draft_order(
            work, OrderWish(customer_id=customer, currency="EUR", lines=lines)
        )
        confirm_order(work, order.id)
        promise_delivery(work, order.id, TODAY)
        return order.id


def ship(host: Host, order_id: UUID, on: date, *lines: tuple[int, int]) -> None:
    """``lines``: position of the order's line whose product left, and how many."""
    with host.write(system()) as work:
        order = work.session.get_one(Order, order_id)
        promised = {promise.position: promise for promise in of_order(work, order_id)}
        shipment = Shipment(
            company_id=order.company_id,
            order_id=order_id,
            customer_id=order.customer_id,
            is_return=False,
            state=DocumentState.CONFIRMED,
            shipped_on=on,
            source="Back office",
            lines=[
                ShipmentLine(
                    product_id=promised[place].product_id, quantity=Decimal(number), uom="C62"
                )
                for place, number in lines
            ],
        )
        work.session.add(shipment)
        work.session.flush()
        judge_shipment(
            OrderShipped(
                order_id=order_id,
                customer_id=order.customer_id,
                shipment_id=shipment.id,
                complete=False,
            ),
            work,
        )


def states(host: Host, order_id: UUID, kind: PromiseKind = PromiseKind.DELIVERY) -> list[str]:
    with host.read(system()) as work:
        return [promise.state.value for promise in of_order(work, order_id, kind)]


def told(host: Host) -> int:
    with host.read(system()) as work:
        statement = select(func.count()).where(StoredEvent.kind == kind_of(PromiseBroken))
        return work.session.scalar(statement) or 0


def days_pass(host: Host, order_id: UUID) -> None:
    """The promised day becomes yesterday."""
    with host.write(system()) as work:
        work.session.execute(
            update(Promise)
            .where(Promise.order_id == order_id)
            .values(promised_on=TODAY - timedelta(days=1))
        )


def test_lines_are_kept_as_their_product_leaves_the_first_ones_first(
    host: Host, ordered: UUID, customer: UUID
) -> None:
    assert states(host, ordered) == ["open"] * 3
    ship(host, ordered, TODAY, (1, 3), (2, 2))  # three of the four W001
    assert states(host, ordered) == ["kept", "kept", "open"]
    days_pass(host, ordered)
    with host.write(system()) as work:
        assert judge_open_promises(work) == 1
        assert judge_open_promises(work) == 0
    assert (states(host, ordered), told(host)) == (["kept", "kept", "broken"], 1)
    ship(host, ordered, TODAY, (1, 1))
    assert (states(host, ordered), told(host)) == (["kept", "kept", "late"], 1)  # no news
    with host.write(system()) as work:
        late = of_order(work, ordered)[2]
        give_reason(work, late.id, " The supplier was late ")
        assert late.reason == "The supplier was late"
        rate = kept_rate(work, customer_id=customer)
        assert (rate.kept, rate.late, rate.decided, rate.percent) == (2, 1, 3, 67)
        assert kept_rate(work) == rate
        promise_delivery(work, ordered, TODAY + timedelta(days=9))
    assert states(host, ordered) == ["kept", "kept", "late"]  # another day mends nothing


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_late_shipment_is_told_though_no_job_ran(host: Host, ordered: UUID) -> None:
    days_pass(host, ordered)
    ship(host, ordered, TODAY, (2, 2))
    assert states(host, ordered)[1] == "late"
    assert told(host) == 3  # the others are over, too


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_cancelled_order_promises_nothing(host: Host, ordered: UUID, customer: UUID) -> None:
    with host.write(system()) as work:
        event = OrderCancelled(order_id=ordered, customer_id=customer, number="")
        forget_open(event, work)
    assert states(host, ordered) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nobody_promises_yesterday(host: Host, ordered: UUID) -> None:
    with pytest.raises(Invalid), host.write(system()) as work:
        promise_delivery(work, ordered, TODAY - timedelta(days=1))


def test_what_is_invoiced_dearer_is_a_broken_price(host: Host, ordered: UUID) -> None:
    with host.write(system()) as work:
        order = work.session.get_one(Order, ordered)
        found = of_order(work, ordered)
        for promise in found[:2]:
            work.session.add(
                Promise(
                    company_id=order.company_id,
                    order_id=ordered,
                    customer_id=order.customer_id,
                    position=promise.position,
                    product_id=promise.product_id,
                    sku=promise.sku,
                    quantity=promise.quantity,
                    kind=PromiseKind.PRICE,
                    promised_price=Decimal("11.00"),
                )
            )
        work.session.flush()
        billed = [
            (found[0].product_id, Decimal(4), Decimal("44.00")),
            (found[1].product_id, Decimal(2), Decimal("49.00")),
        ]
        for _again in range(2):
            judge_invoice(work, ordered, billed)
    assert states(host, ordered, PromiseKind.PRICE) == [
        PromiseState.KEPT.value,
        PromiseState.BROKEN.value,
    ]
    assert told(host) == 1
