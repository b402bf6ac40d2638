"""Stock levels as statements compare them with the ERP: as of now."""

from __future__ import annotations

from sqlalchemy import literal, null, select

from core.sync.documents import StockLevel as StockLevelDocument
from core.sync.exchange import Stated
from modules.catalog.erp import PRODUCT
from modules.catalog.models import Product
from modules.stock.erp import LEVEL
from modules.stock.models import StockLevel

LEVELS = Stated(
    kind=LEVEL,
    document=StockLevelDocument,
    lines=select(
        StockLevel.id,
        StockLevel.company_id,
        StockLevel.product_id.label("bound"),
        StockLevel.warehouse.label("part"),
        StockLevel.source,
        (Product.sku + " @ " + StockLevel.warehouse).label("number"),
        null().label("day"),
        StockLevel.uom.label("unit"),
        StockLevel.on_hand.label("net"),
        StockLevel.available.label("total"),
        literal("").label("state"),
        literal("").label("words"),
    ).join(Product, Product.id == StockLevel.product_id),
    dated=False,
    bound_as=PRODUCT,
)
