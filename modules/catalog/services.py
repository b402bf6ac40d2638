"""Look products and taxes up for other modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.companies import visible
from core.work import UnitOfWork
from modules.catalog.models import Product, Tax


def products_by_sku(work: UnitOfWork, company_id: UUID, skus: Sequence[str]) -> dict[str, Product]:
    """Active products of the company, in one query; a SKU that is not there is left out."""
    statement = select(Product).where(
        Product.company_id == company_id, Product.sku.in_(set(skus)), Product.active
    )
    return {product.sku: product for product in work.session.scalars(visible(work, statement))}


def tax_rates(work: UnitOfWork, tax_ids: Iterable[UUID]) -> Mapping[UUID, Decimal]:
    """Per cent of the net amount, by tax."""
    wanted = set(tax_ids)
    if not wanted:
        return {}
    rows = work.session.execute(select(Tax.id, Tax.rate).where(Tax.id.in_(wanted)))
    return dict(rows.all())
