"""What lists of stock levels sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import select

from core.api.listing import Listing
from modules.catalog.lists import named_like
from modules.catalog.models import Product
from modules.stock.models import StockLevel

LEVELS = Listing(
    name="stock_levels",
    statement=select(
        StockLevel.id,
        StockLevel.product_id,
        Product.sku,
        Product.name.label("product"),
        StockLevel.warehouse,
        StockLevel.on_hand,
        StockLevel.available,
        StockLevel.uom,
        StockLevel.source,
        StockLevel.observed_at,
    ).join(Product, Product.id == StockLevel.product_id),
    sorts={
        "sku": Product.sku,
        "on_hand": StockLevel.on_hand,
        "observed_at": StockLevel.observed_at,
    },
    default="sku",
    filters={
        "sku": Product.sku,
        "product_id": StockLevel.product_id,
        "warehouse": StockLevel.warehouse,
    },
    search=named_like,
)
