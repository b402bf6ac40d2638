"""Shipments and returns as the ERP reports them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import selectinload

from core.sync.documents import DocumentState
from core.sync.documents import Shipment as ShipmentDocument
from core.sync.exchange import Arrived, Bindings
from core.sync.references import all_known, known
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.catalog.erp import PRODUCT
from modules.contacts.kinds import PARTY
from modules.contacts.services.following import standing
from modules.sales.events import OrderShipped
from modules.sales.kinds import ORDER
from modules.sales.models import Order, Shipment, ShipmentLine
from modules.sales.services.orders import get_order
from modules.sales.services.story import tell


def receive_shipment(
    work: UnitOfWork, arrived: Arrived[ShipmentDocument], bindings: Bindings
) -> UUID:
    document = arrived.document
    shipment = _open(work, arrived, bindings)
    left_before = shipment.state is DocumentState.CONFIRMED
    shipment.number, shipment.tracking = document.number, document.tracking
    shipment.shipped_on, shipment.state = document.shipped_on, document.state
    shipment.source, shipment.observed_at = bindings.connection_name, work.observed_at
    _put_lines(work, shipment, document, bindings)
    work.session.flush()
    if shipment.order_id is not None:
        order = get_order(work, shipment.order_id, lock=True)
        _count_shipped(work, order)
        if document.state is DocumentState.CONFIRMED and not left_before:
            _announce(work, order, shipment)
    return shipment.id


def _open(work: UnitOfWork, arrived: Arrived[ShipmentDocument], bindings: Bindings) -> Shipment:
    if arrived.local_id is not None:
        statement = select(Shipment).where(Shipment.id == arrived.local_id)
        return work.session.scalars(statement.options(selectinload(Shipment.lines))).one()
    document = arrived.document
    shipment = Shipment(
        company_id=bindings.company_id,
        order_id=known(bindings, ORDER, document.order) if document.order else None,
        customer_id=standing(work, known(bindings, PARTY, document.customer)),
        is_return=document.returns is not None,
        state=DocumentState.DRAFT,
        lines=[],
    )
    work.session.add(shipment)
    return shipment


def _put_lines(
    work: UnitOfWork, shipment: Shipment, document: ShipmentDocument, bindings: Bindings
) -> None:
    products = all_known(bindings, PRODUCT, (line.product for line in document.lines))
    shipment.lines.clear()
    work.session.flush()
    for line in document.lines:
        shipment.lines.append(
            ShipmentLine(
                product_id=products[line.product],
                quantity=line.quantity.amount,
                uom=line.quantity.uom,
            )
        )


def _count_shipped(work: UnitOfWork, order: Order) -> None:
    """Spread what left, less what came back, over the lines in their order."""
    left = dict(_shipped(work, order.id))
    for position, line in enumerate(order.lines):
        if line.product_id is None:
            continue
        have = left.get(line.product_id, Decimal())
        later = any(other.product_id == line.product_id for other in order.lines[position + 1 :])
        line.shipped = min(have, line.quantity) if later else have
        left[line.product_id] = have - line.shipped


def _shipped(work: UnitOfWork, order_id: UUID) -> Mapping[UUID, Decimal]:
    signed = case((Shipment.is_return, -ShipmentLine.quantity), else_=ShipmentLine.quantity)
    statement = (
        select(ShipmentLine.product_id, func.sum(signed))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.order_id == order_id, Shipment.state == DocumentState.CONFIRMED)
        .group_by(ShipmentLine.product_id)
    )
    return dict(work.session.execute(statement).all())


def _announce(work: UnitOfWork, order: Order, shipment: Shipment) -> None:
    day = shipment.shipped_on
    at = datetime.combine(day, time(), UTC) if day and day != work.observed_at.date() else None
    came_back = lazy("Return %(shipment)s of order %(number)s arrived")
    left = lazy("Shipment %(shipment)s of order %(number)s left")
    tell(
        work,
        order,
        "returned" if shipment.is_return else "shipped",
        text=came_back if shipment.is_return else left,
        happened_at=at,
        shipment=shipment.number or "",
    )
    if not shipment.is_return:
        work.publish(
            OrderShipped(
                order_id=order.id,
                customer_id=order.customer_id,
                shipment_id=shipment.id,
                complete=all(line.shipped >= line.quantity for line in order.lines),
            )
        )
