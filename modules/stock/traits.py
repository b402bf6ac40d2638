"""What stock knows of products and others may ask for by name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from core.traits import Shape, Trait
from core.web.i18n import lazy as _
from core.work import UnitOfWork
from modules.catalog.erp import PRODUCT
from modules.stock.models import StockLevel


def _available(_work: UnitOfWork) -> Select[UUID, Any]:
    """Over all warehouses; where the ERP says no more, what is on hand."""
    amount = func.coalesce(StockLevel.available, StockLevel.on_hand)
    return select(StockLevel.product_id, func.sum(amount)).group_by(StockLevel.product_id)


TRAITS = (
    Trait(
        name="stock.available",
        title=_("Available"),
        subject=PRODUCT,
        shape=Shape.NUMBER,
        select=_available,
        permission="stock.read",
    ),
)
