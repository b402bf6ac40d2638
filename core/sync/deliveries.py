"""How far the records we send have come, for the pages, lists and APIs of their modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.db.moment import database_now
from core.sync.exchange import Delivery
from core.sync.models import Binding, Connection, DeliveryState, Gate
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One record at one ERP. ``state`` is None for a record that was born over there."""

    connection: str | None
    external_id: str | None
    reference: str | None
    number: str | None
    state: DeliveryState | None
    message: str
    field: str | None
    next_try_at: datetime | None


def links(work: UnitOfWork, kind: str, local_id: UUID) -> list[Link]:
    return links_of(work, kind, [local_id]).get(local_id, [])


def links_of(work: UnitOfWork, kind: str, local_ids: Iterable[UUID]) -> dict[UUID, list[Link]]:
    """In one query, oldest first; records that were never sent or bound are left out."""
    rows = work.session.execute(
        select(Binding, Connection.name, reason())
        .outerjoin(Connection, Connection.id == Binding.connection_id)
        .where(Binding.kind == kind, Binding.local_id.in_(list(local_ids)))
        .order_by(Binding.id)
    )
    found: dict[UUID, list[Link]] = {}
    for binding, name, why in rows:
        found.setdefault(binding.local_id, []).append(_link(binding, name, why))
    return found


def reason() -> ColumnElement[str]:
    """Why a binding's record is where it is: one not tried yet waits for what shut its gate."""
    shut = or_(Gate.opened_at.is_not(None), Gate.blocked_until > database_now())
    gate = select(Gate.reason).where(Gate.connection_id == Binding.connection_id, shut)
    untried = and_(Binding.delivery == DeliveryState.QUEUED, Binding.message == "")
    return case((untried, func.coalesce(gate.scalar_subquery(), "")), else_=Binding.message)


def delivery(work: UnitOfWork, kind: str, local_id: UUID) -> Delivery | None:
    """None for a record that was never sent, or was taken back before it left."""
    return deliveries(work, kind, [local_id]).get(local_id)


def deliveries(work: UnitOfWork, kind: str, local_ids: Iterable[UUID]) -> Mapping[UUID, Delivery]:
    """In one query; where a record goes to several ERPs, the one it was sent to first."""
    rows = work.session.scalars(
        select(Binding)
        .where(
            Binding.kind == kind,
            Binding.local_id.in_(list(local_ids)),
            Binding.delivery.is_not(None),
        )
        .order_by(Binding.id.desc())
    )
    return {binding.local_id: delivery_of(binding) for binding in rows}


def delivery_of(binding: Binding) -> Delivery:
    return Delivery(
        state=binding.delivery or "",
        external_id=binding.external_id,
        number=binding.number,
        message=binding.message,
    )


def delivery_column(
    kind: str, local_id: InstrumentedAttribute[UUID]
) -> ScalarSelect[DeliveryState | None]:
    """The delivery state as a column of a list: ``delivery_column("sales.order", Order.id)``."""
    sent = select(Binding.delivery).where(
        Binding.kind == kind, Binding.local_id == local_id, Binding.delivery.is_not(None)
    )
    return sent.order_by(Binding.id).limit(1).correlate(local_id.class_).scalar_subquery()


def _link(binding: Binding, connection: str | None, message: str) -> Link:
    return Link(
        connection=connection,
        external_id=binding.external_id,
        reference=binding.reference,
        number=binding.number,
        state=binding.delivery,
        message=message,
        field=binding.field,
        next_try_at=binding.next_try_at,
    )
