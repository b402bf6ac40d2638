"""Lines and costs of products, which the ERPs' documents do not carry."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.work import UnitOfWork
from modules.analytics.models import ProductFact
from modules.catalog.models import Product


def fact_of(work: UnitOfWork, product_id: UUID) -> ProductFact | None:
    return work.session.scalar(select(ProductFact).where(ProductFact.product_id == product_id))


def put_fact(work: UnitOfWork, product_id: UUID, *, line: str, cost: Decimal | None) -> ProductFact:
    """Say a product's line and cost. Facts already counted follow with the next rebuilding."""
    product = fetch(work, Product, product_id, lock=True)
    fact = fact_of(work, product_id) or ProductFact(
        product_id=product_id, company_id=product.company_id
    )
    fact.line, fact.cost = line.strip(), cost
    work.session.add(fact)
    work.session.flush()
    return fact
