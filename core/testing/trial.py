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
from core.sync.exchange import Bindings, Delivery, Outbound, Waits
from core.sync.outbox import send
from core.work import UnitOfWork

PARTY, ORDER = "trial.party", "trial.order"
_UNKNOWN_SKU = "UNKNOWN"


class TrialParty(Owned, Record):
    __tablename__ = "trial_party"

    name: Mapped[str]


class TrialOrder(Owned, Record):
    """``told`` is the last delivery state the module was told of."""

    __tablename__ = "trial_order"

    number: Mapped[str]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("trial_party.id"))
    sku: Mapped[str]
    pieces: Mapped[Decimal] = mapped_column(Precise())
    price: Mapped[Decimal] = mapped_column(Precise())
    told: Mapped[str] = mapped_column(default="")


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


def registry_with(connector: Connector[Any]) -> Registry:
    key = connector.manifest.key
    return Registry(
        own,
        Found({module.name: Installed(module.name, module, "core.testing", "tandem-crm", "0")}),
        Found({key: Installed(key, connector, "core.testing", "tandem-crm", "0")}),
    )


def trial_tables() -> list[Table]:
    return [Base.metadata.tables[name] for name in ("trial_party", "trial_order")]


def _load_party(work: UnitOfWork, party_id: UUID, bindings: Bindings) -> Party:
    party = work.session.get_one(TrialParty, party_id)
    return Party(company=bindings.erp_company, name=party.name)


def _load_order(work: UnitOfWork, order_id: UUID, bindings: Bindings) -> SalesOrder:
    order = work.session.get_one(TrialOrder, order_id)
    if order.sku == _UNKNOWN_SKU:
        raise Waits(
            f"The ERP does not know the product {order.sku}.", kind="trial.product", local_id=None
        )
    price = Money(order.price, "EUR")
    line = SalesOrderLine(
        product=order.sku, quantity=Quantity(order.pieces, "C62"), unit_price=price
    )
    return SalesOrder(
        company=bindings.erp_company,
        customer=bindings.external(PARTY, order.party_id),
        lines=(line,),
        net=(price * order.pieces).rounded(),
        ordered_on=date(2026, 11, 22),
    )


def _settled(work: UnitOfWork, order_id: UUID, delivery: Delivery) -> None:
    work.session.get_one(TrialOrder, order_id).told = delivery.state


module = Module(
    name="trial",
    title="Trial",
    outbound=(
        Outbound(kind=PARTY, document=Party, load=_load_party),
        Outbound(kind=ORDER, document=SalesOrder, load=_load_order, settled=_settled),
    ),
)
