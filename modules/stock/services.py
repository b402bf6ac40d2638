"""Look stock up for other modules."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from core.companies import visible
from core.work import UnitOfWork
from modules.stock.models import StockLevel


def levels_of(work: UnitOfWork, product_ids: Iterable[UUID]) -> dict[UUID, list[StockLevel]]:
    """Levels by product, warehouses in order of name; in one query."""
    statement = (
        select(StockLevel)
        .where(StockLevel.product_id.in_(set(product_ids)))
        .order_by(StockLevel.warehouse)
    )
    found: dict[UUID, list[StockLevel]] = {}
    for level in work.session.scalars(visible(work, statement)):
        found.setdefault(level.product_id, []).append(level)
    return found
