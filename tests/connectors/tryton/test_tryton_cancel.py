"""Cancelling sales of a real Tryton: whatever its own people could, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from connectors.tryton.client import Rpc
from connectors.tryton.endpoints.orders import Orders
from core.clock import utcnow
from core.money import Money
from core.quantity import Quantity
from core.sync.documents import DocumentState, Progress, SalesOrder, SalesOrderLine
from core.sync.errors import InDoubt, Rejected
from core.sync.values import Done, Outgoing, Ref
from tests.fixtures_tryton import RunningTryton

pytestmark = pytest.mark.tryton

_NUMBERS = count(1)
WHOLE = Rpc.request
#: Goods in stock, and an hour of work: nothing of that is ever shipped.
BICYCLE, HOUR = "5", "25"


@pytest.fixture
def orders(tryton: RunningTryton) -> Orders:
    session = tryton.open()
    return Orders(session.rpc, session.company)


def draft(orders: Orders, product: str = BICYCLE) -> tuple[str, Ref]:
    reference = f"SO-2026-{next(_NUMBERS):05d}-CANCEL"
    line = SalesOrderLine(
        product=product,
        quantity=Quantity(Decimal(2), "C62" if product == BICYCLE else "HUR"),
        unit_price=Money(Decimal(100), "EUR"),
        taxes=("1",),
    )
    document = SalesOrder(
        company="1",
        customer="3",
        lines=(line,),
        net=Money(Decimal(200), "EUR"),
        ordered_on=utcnow().date(),
    )
    (made,) = orders.draft([Outgoing(reference=reference, document=document)])
    assert isinstance(made, Done), made
    return reference, made.ref


def confirmed(orders: Orders, product: str = BICYCLE) -> tuple[str, Ref]:
    reference, ref = draft(orders, product)
    (outcome,) = orders.confirm([ref])
    assert isinstance(outcome, Done), outcome
    return reference, outcome.ref


def cancelled(orders: Orders, reference: str, ref: Ref) -> None:
    (outcome,) = orders.cancel([ref])
    assert isinstance(outcome, Done), outcome
    assert outcome.state is DocumentState.CANCELLED
    assert [hit.state for hit in orders.find([reference])] == [DocumentState.CANCELLED]
    (seen,) = orders.read([ref.id])
    assert seen.body is not None
    assert seen.body.state is DocumentState.CANCELLED
    assert seen.body.fulfilment is Progress.NONE


def test_a_draft_is_cancelled(orders: Orders) -> None:
    cancelled(orders, *draft(orders))


@pytest.mark.parametrize("product", [BICYCLE, HOUR])
def test_a_processing_sale_is_cancelled_with_its_shipment_and_invoice(
    tryton: RunningTryton, orders: Orders, product: str
) -> None:
    reference, ref = confirmed(orders, product)
    cancelled(orders, reference, ref)
    cancelled(orders, reference, ref)
    assert tryton.demo.ship(reference) == f"nothing of {reference} is left to ship"


def test_what_is_shipped_or_billed_is_refused_and_others_are_cancelled(
    tryton: RunningTryton, orders: Orders
) -> None:
    shipped, shipped_ref = confirmed(orders)
    tryton.demo.ship(shipped)
    billed, billed_ref = confirmed(orders)
    tryton.demo.invoice(billed)
    _, open_ref = confirmed(orders)
    first, second, third = orders.cancel([shipped_ref, billed_ref, open_ref])
    assert isinstance(first, Rejected)
    assert "shipped already in Tryton" in str(first)
    assert isinstance(second, Rejected)
    assert "invoiced already in Tryton" in str(second)
    assert isinstance(third, Done)


def test_what_is_being_packed_is_refused(tryton: RunningTryton, orders: Orders) -> None:
    _, ref = confirmed(orders)
    (sale,) = tryton.rpc("sale.sale", "read", [int(ref.id)], ["shipments"])
    tryton.rpc("stock.shipment.out", "assign_try", sale["shipments"])
    tryton.rpc("stock.shipment.out", "pick", sale["shipments"])
    (outcome,) = orders.cancel([ref])
    assert "being packed in Tryton" in str(outcome)


@dataclass
class Cut:
    """Takes the wire away at one request: before it, or once Tryton has done it."""

    at: int
    after: bool
    asked: int = 0

    def __call__(self, rpc: Rpc, *args: Any, **more: Any) -> Any:
        self.asked += 1
        if self.asked == self.at and not self.after:
            raise InDoubt("cut off")
        answer = WHOLE(rpc, *args, **more)
        if self.asked == self.at:
            raise InDoubt("cut off")
        return answer


@pytest.mark.parametrize(("at", "after"), [(4, True), (5, False), (5, True), (8, True), (11, True)])
def test_a_cancellation_that_is_cut_off_is_finished_by_the_next_one(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool
) -> None:
    """At every request it went well, before and after; these are where parts are done."""
    reference, ref = confirmed(orders)
    cut = Cut(at, after)

    def request(rpc: Rpc, *args: Any, **more: Any) -> Any:
        return cut(rpc, *args, **more)

    monkeypatch.setattr(Rpc, "request", request)
    (outcome,) = orders.cancel([ref])
    monkeypatch.undo()
    assert isinstance(outcome, InDoubt)
    cancelled(orders, reference, ref)
