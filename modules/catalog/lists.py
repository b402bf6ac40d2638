"""What lists of products sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from core.api.listing import Listing
from modules.catalog.models import Product


def named_like(text: str) -> ColumnElement[bool]:
    """The SKU begins with it, or the name contains it."""
    wanted = text.strip()
    return or_(
        Product.sku.istartswith(wanted, autoescape=True),
        Product.name.icontains(wanted, autoescape=True),
    )


PRODUCTS = Listing(
    name="products",
    statement=select(
        Product.id,
        Product.sku,
        Product.name,
        Product.description,
        Product.uom,
        Product.unit_price,
        Product.currency,
        Product.stocked,
        Product.active,
        Product.source,
        Product.observed_at,
    ),
    sorts={"sku": Product.sku, "name": Product.name},
    default="sku",
    filters={"sku": Product.sku, "active": Product.active, "stocked": Product.stocked},
    search=named_like,
)
