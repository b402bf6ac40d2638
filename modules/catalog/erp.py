"""The catalogue as the ERP tells it: taxes first, since products name theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.db.bulk import Upsert
from core.ids import new_id
from core.sync.documents import Product as ProductDocument
from core.sync.documents import Tax as TaxDocument
from core.sync.exchange import Arrived, Bindings, Counts, Gone
from core.sync.references import all_known
from core.work import UnitOfWork
from modules.catalog.models import Product, Tax

TAX, PRODUCT = "catalog.tax", "catalog.product"

_TAXES = Upsert(Tax.__table__, key=("id",), keep=("company_id",), stamps=("observed_at",))  # type: ignore[arg-type]  # a mapped class's table is a Table
_PRODUCTS = Upsert(Product.__table__, key=("id",), keep=("company_id",), stamps=("observed_at",))  # type: ignore[arg-type]  # as above


def apply_taxes(
    work: UnitOfWork, arrived: Sequence[Arrived[TaxDocument]], bindings: Bindings
) -> Counts:
    ids = {item.external_id: item.local_id or new_id() for item in arrived}
    rows = [
        {
            "id": ids[item.external_id],
            "name": item.document.name,
            "rate": item.document.rate,
            "active": item.document.active,
        }
        for item in arrived
    ]
    written = _TAXES.run(work.session, rows, same=_mark(work, bindings))
    bindings.bind(TAX, ids)
    return Counts(written=written, unchanged=len(rows) - written)


def apply_products(
    work: UnitOfWork, arrived: Sequence[Arrived[ProductDocument]], bindings: Bindings
) -> Counts:
    taxes = all_known(bindings, TAX, (key for item in arrived for key in item.document.taxes))
    ids = {item.external_id: item.local_id or new_id() for item in arrived}
    rows = [_row(ids[item.external_id], item.document, taxes) for item in arrived]
    written = _PRODUCTS.run(work.session, rows, same=_mark(work, bindings))
    bindings.bind(PRODUCT, ids)
    return Counts(written=written, unchanged=len(rows) - written)


def archive_taxes(work: UnitOfWork, gone: Sequence[Gone], _bindings: Bindings) -> None:
    _archive(work, Tax, gone)


def archive_products(work: UnitOfWork, gone: Sequence[Gone], _bindings: Bindings) -> None:
    _archive(work, Product, gone)


def _archive(work: UnitOfWork, model: type[Tax | Product], gone: Sequence[Gone]) -> None:
    """Orders and invoices refer to it: it stays to be read, and is sold no more."""
    work.session.execute(
        update(model)
        .where(model.id.in_([item.local_id for item in gone if item.local_id]), model.active)
        .values(active=False, observed_at=work.observed_at)
    )


def _row(key: UUID, document: ProductDocument, taxes: Mapping[str, UUID]) -> dict[str, Any]:
    price = document.unit_price
    return {
        "id": key,
        "sku": document.sku,
        "name": document.name,
        "description": document.description,
        "uom": document.uom,
        "quantity_places": document.quantity_places,
        "unit_price": price and price.amount,
        "currency": price and price.currency,
        "taxes": [str(taxes[key]) for key in document.taxes],
        "stocked": document.stocked,
        "active": document.active,
    }


def _mark(work: UnitOfWork, bindings: Bindings) -> dict[str, Any]:
    return {
        "company_id": bindings.company_id,
        "source": bindings.connection_name,
        "observed_at": work.observed_at,
    }
