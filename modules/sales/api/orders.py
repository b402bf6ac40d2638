"""Orders over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from core.api.blueprint import ApiBlueprint
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.security.guard import requires
from core.work import UnitOfWork
from modules.sales.lists import ORDERS
from modules.sales.schemas import (
    ChangeRequestSchema,
    NewOrderSchema,
    OrderChangeSchema,
    OrderRowSchema,
    OrderSchema,
)
from modules.sales.services.changes import ask_change, take_back_request
from modules.sales.services.orders import (
    cancel_order,
    change_order,
    confirm_order,
    draft_order,
    get_order,
)
from modules.sales.services.showing import shown
from modules.sales.services.wishes import LineWish, OrderWish

blueprint = ApiBlueprint("sales", __name__, description="Orders, from the draft to the ERP.")


@blueprint.get("/orders")
@requires("sales.read")
@lists(ORDERS, OrderRowSchema)
def orders(work: UnitOfWork, query: ListQuery) -> Page:
    """Orders of all kinds, those born in the ERP too."""
    return page(work, ORDERS, query)


@blueprint.post("/orders")
@requires("sales.write")
@writes(OrderSchema, takes=NewOrderSchema, status=201)
def draft(work: UnitOfWork, body: dict[str, Any]) -> SimpleNamespace:
    """Draft an order.

    A ``client_reference`` seen before with the same content answers the order it made then.
    """
    order, _ = draft_order(work, _wish(body))
    return shown(work, order)


@blueprint.get("/orders/<uuid:order_id>")
@requires("sales.read")
@reads(OrderSchema)
def order(work: UnitOfWork, order_id: UUID) -> SimpleNamespace:
    """An order with its lines, its four states and where it is in the ERP."""
    return shown(work, get_order(work, order_id))


@blueprint.put("/orders/<uuid:order_id>")
@requires("sales.write")
@writes(OrderSchema, takes=OrderChangeSchema)
def change(work: UnitOfWork, body: dict[str, Any], order_id: UUID) -> SimpleNamespace:
    """Replace what a draft orders."""
    version = body.pop("version")
    return shown(work, change_order(work, order_id, _wish(body), version=version))


@blueprint.post("/orders/<uuid:order_id>/confirm")
@requires("sales.confirm")
@writes(OrderSchema)
def confirm(work: UnitOfWork, order_id: UUID) -> SimpleNamespace:
    """Make the draft firm: it is brought to the ERP once, whatever crashes."""
    return shown(work, confirm_order(work, order_id))


@blueprint.post("/orders/<uuid:order_id>/cancel")
@requires("sales.confirm")
@writes(OrderSchema)
def cancel(work: UnitOfWork, order_id: UUID) -> SimpleNamespace:
    """Cancel a draft, or an order that has certainly not left for the ERP yet.

    Of an order the ERP has, this asks the ERP to cancel it: see ``requests`` in the answer. 409
    where the ERP can not, or where nobody knows yet whether it has the order.
    """
    return shown(work, cancel_order(work, order_id))


@blueprint.post("/orders/<uuid:order_id>/change-requests")
@requires("sales.confirm")
@writes(OrderSchema, takes=ChangeRequestSchema, status=202)
def request_change(work: UnitOfWork, body: dict[str, Any], order_id: UUID) -> SimpleNamespace:
    """Ask the ERP to put these lines in place of those of an order it has.

    The order keeps its lines until the ERP agrees. 409 where the ERP can not change orders, or
    the order is shipped already.
    """
    order = ask_change(work, order_id, _lines(body), version=body["version"])
    return shown(work, order)


@blueprint.post("/orders/<uuid:order_id>/requests/<uuid:request_id>/withdraw")
@requires("sales.confirm")
@writes(OrderSchema)
def withdraw_request(work: UnitOfWork, order_id: UUID, request_id: UUID) -> SimpleNamespace:
    """Take back a cancellation or a change that was not sent to the ERP yet."""
    return shown(work, take_back_request(work, order_id, request_id))


def _wish(body: Mapping[str, Any]) -> OrderWish:
    return OrderWish(**{**body, "lines": _lines(body)})


def _lines(body: Mapping[str, Any]) -> tuple[LineWish, ...]:
    return tuple(
        LineWish(
            sku=line["sku"],
            quantity=line["quantity"],
            unit_price=line["unit_price"],
            uom=line["unit"],
            text=line["text"],
        )
        for line in body["lines"]
    )
