"""Stock levels from the ERP: facts without effects, so they come in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from core.db.bulk import Upsert
from core.sync.documents import StockLevel as StockLevelDocument
from core.sync.exchange import Arrived, Bindings, Counts, Gone
from core.sync.references import all_known
from core.work import UnitOfWork
from modules.catalog.erp import PRODUCT
from modules.stock.models import StockLevel

LEVEL = "stock.level"

_LEVELS = Upsert(
    StockLevel.__table__,  # type: ignore[arg-type]  # a mapped class's table is a Table
    key=("product_id", "warehouse"),
    keep=("company_id",),
    stamps=("observed_at",),
)


def apply_levels(
    work: UnitOfWork, arrived: Sequence[Arrived[StockLevelDocument]], bindings: Bindings
) -> Counts:
    """The product and the warehouse are the key, so levels need no bindings of their own."""
    products = all_known(bindings, PRODUCT, (item.document.product for item in arrived))
    mark = {
        "company_id": bindings.company_id,
        "source": bindings.connection_name,
        "observed_at": work.observed_at,
    }
    rows = [_row(item, products) for item in arrived]
    written = _LEVELS.run(work.session, rows, same=mark)
    return Counts(written=written, unchanged=len(rows) - written)


def remove_levels(work: UnitOfWork, gone: Sequence[Gone], bindings: Bindings) -> None:
    """Nothing refers to a level, and one the ERP has no more is no level of zero."""
    work.session.execute(
        delete(StockLevel).where(
            StockLevel.source == bindings.connection_name,
            StockLevel.external_id.in_([item.external_id for item in gone]),
        )
    )


def _row(arrived: Arrived[StockLevelDocument], products: Mapping[str, UUID]) -> dict[str, Any]:
    document = arrived.document
    return {
        "product_id": products[document.product],
        "warehouse": document.warehouse,
        "on_hand": document.on_hand.amount,
        "available": document.available and document.available.amount,
        "uom": document.on_hand.uom,
        "external_id": arrived.external_id,
    }
