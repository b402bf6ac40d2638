"""A module with two tiny tables, to try the sync and connectors with: parties, and their orders.

``registry_with`` makes a registry of it and one connector; ``trial_tables`` its tables.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Owned, Record
from core.db.types import Precise
from core.manifest import module as own
from core.money import Money
from core.quantity import Quantity
from core.registry.discovery import Found, Installed
from core.registry.manifest import Module
from core.registry.registry import Registry
from core.sync.contract import Connector
from core.sync.documents import Party, SalesOrder, SalesOrderLine
from core.sync.exchange import Answer, Bindings, Delivery, Outbound, Waits
from core.sync.models import OutboxVerb
from core.sync.outbox import send
from core.sync.requested import RequestState, ask
from core.work import UnitOfWork

PARTY, ORDER = "trial.party", "trial.order"
_UNKNOWN_SKU = "UNKNOWN"
_TABLES = ("trial_party", "trial_order", "trial_change")


class TrialParty(Owned, Record):
    __tablename__ = "trial_party"

    name: Mapped[str]


class TrialOrder(Owned, Record):
    """``told`` is the last delivery state the module was told of, ``answer`` of a request."""

    __tablename__ = "trial_order"

    number: Mapped[str]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("trial_party.id"))
    sku: Mapped[str]
    pieces: Mapped[Decimal] = mapped_column(Precise())
    price: Mapped[Decimal] = mapped_column(Precise())
    told: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")


class TrialChange(Record):
    """So many pieces in place of those the order has."""

    __tablename__ = "trial_change"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("trial_order.id"))
    pieces: Mapped[Decimal] = mapped_column(Precise())


def place_order(
    work: UnitOfWork,
    party: TrialParty,
    number: str,
    *,
    sku: str,
    pieces: Decimal = Decimal(2),
    price: Decimal = Decimal("10.50"),
) -> UUID:
    """An order, and its way into the outbox in the same transaction."""
    order = TrialOrder(
        company_id=party.company_id,
        number=number,
        party_id=party.id,
        sku=sku,
        pieces=pieces,
        price=price,
    )
    work.session.add(order)
    work.session.flush()
    send(work, ORDER, order.id, company_id=party.company_id, number=number)
    return order.id


def ask_pieces(work: UnitOfWork, order_id: UUID, pieces: Decimal) -> UUID:
    """A change asked of the ERP; answers the request's id."""
    change = TrialChange(order_id=order_id, pieces=pieces)
    work.session.add(change)
    work.session.flush()
    return ask(work, ORDER, order_id, OutboxVerb.CHANGE, subject=change.id)


def registry_with(connector: Connector[Any]) -> Registry:
    key = connector.manifest.key
    return Registry(
        own,
        Found({module.name: Installed(module.name, module, "core.testing", "tandem-crm", "0")}),
        Found({key: Installed(key, connector, "core.testing", "tandem-crm", "0")}),
    )


def trial_tables() -> list[Table]:
    return [Base.metadata.tables[name] for name in _TABLES]


def _load_party(work: UnitOfWork, party_id: UUID, bindings: Bindings) -> Party:
    party = work.session.get_one(TrialParty, party_id)
    return Party(company=bindings.erp_company, name=party.name)


def _load_order(work: UnitOfWork, order_id: UUID, bindings: Bindings) -> SalesOrder:
    order = work.session.get_one(TrialOrder, order_id)
    return _document(order, order.pieces, bindings)


def _load_change(work: UnitOfWork, change_id: UUID, bindings: Bindings) -> SalesOrder:
    change = work.session.get_one(TrialChange, change_id)
    order = work.session.get_one(TrialOrder, change.order_id)
    return _document(order, change.pieces, bindings)


def _document(order: TrialOrder, pieces: Decimal, bindings: Bindings) -> SalesOrder:
    if order.sku == _UNKNOWN_SKU:
        raise Waits(
            f"The ERP does not know the product {order.sku}.", kind="trial.product", local_id=None
        )
    price = Money(order.price, "EUR")
    line = SalesOrderLine(product=order.sku, quantity=Quantity(pieces, "C62"), unit_price=price)
    return SalesOrder(
        company=bindings.erp_company,
        customer=bindings.external(PARTY, order.party_id),
        lines=(line,),
        net=(price * pieces).rounded(),
        ordered_on=date(2026, 11, 22),
    )


def _settled(work: UnitOfWork, order_id: UUID, delivery: Delivery) -> None:
    work.session.get_one(TrialOrder, order_id).told = delivery.state


def _answered(work: UnitOfWork, order_id: UUID, answer: Answer) -> None:
    order = work.session.get_one(TrialOrder, order_id)
    order.answer = f"{answer.verb} {answer.state}"
    if answer.state == RequestState.DONE and answer.subject is not None:
        order.pieces = work.session.get_one(TrialChange, answer.subject).pieces


module = Module(
    name="trial",
    title="Trial",
    outbound=(
        Outbound(kind=PARTY, document=Party, load=_load_party),
        Outbound(
            kind=ORDER,
            document=SalesOrder,
            load=_load_order,
            settled=_settled,
            load_change=_load_change,
            answered=_answered,
        ),
    ),
)
