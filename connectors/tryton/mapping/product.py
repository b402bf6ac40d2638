"""Products, taxes and stock levels."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from connectors.tryton.mapping.company import Company, trimmed
from connectors.tryton.rows import Row
from core.money import Money
from core.sync.documents import Product, StockLevel, Tax

_OF_TEMPLATE = ("name", "active", "type", "salable", "default_uom", "sale_uom", "last_modified_at")
PRODUCT_NAMES = [
    "code",
    "active",
    "description",
    "list_price_used",
    "last_modified_at",
    "template.account_category.customer_taxes_used",
    *(f"template.{name}" for name in _OF_TEMPLATE),
]
TAX_NAMES = ["name", "rate", "active", "last_modified_at"]
LEVEL_NAMES = ["quantity", "forecast_quantity", "default_uom"]
#: ``sale.line.unit_price`` takes four decimals.
PRICE_STEP = Decimal("0.0001")
WAREHOUSE_SIGN = "@"


def product(row: Row, company: Company) -> Product:
    """A product that may not be sold over there is not one we could order."""
    template = row["template."]
    unit = company.unit(template["sale_uom"] or template["default_uom"])
    return Product(
        company=company.id,
        sku=row["code"] or f"tryton-{row['id']}",
        name=template["name"],
        uom=unit.code if unit else "C62",
        active=bool(row["active"] and template["active"] and template["salable"]),
        description=row["description"] or "",
        unit_price=_price(row, company),
        taxes=tuple(str(tax) for tax in default_taxes(row)),
        stocked=template["type"] == "goods",
        quantity_places=unit.digits if unit else None,
    )


def default_taxes(row: Row) -> list[int]:
    """Those of the accounting category; a product without one carries none."""
    category = row["template."]["account_category."] or {}
    return list(category.get("customer_taxes_used", ()))


def _price(row: Row, company: Company) -> Money | None:
    """The list price is per ``default_uom``; ours is per the unit it is sold in."""
    amount: Decimal | None = row["list_price_used"]
    if amount is None:
        return None
    template = row["template."]
    sold, kept = company.unit(template["sale_uom"]), company.unit(template["default_uom"])
    if sold and kept and sold.id != kept.id and kept.factor:
        amount = amount * sold.factor / kept.factor
        amount = trimmed(amount.quantize(PRICE_STEP, rounding=ROUND_HALF_UP))
    return Money(amount, company.currency)


def tax(row: Row, company: Company) -> Tax:
    """Tryton keeps the rate as a fraction: 0.2 is twenty per cent."""
    return Tax(
        company=company.id,
        name=row["name"],
        rate=trimmed(row["rate"] * 100),
        active=bool(row["active"]),
    )


def level(row: Row, company: Company) -> StockLevel:
    """``row`` was read with the warehouse as its location: without it every quantity is zero."""
    return StockLevel(
        company=company.id,
        product=str(row["id"]),
        warehouse=str(company.warehouse),
        on_hand=company.quantity(row["quantity"], row["default_uom"]),
        available=company.quantity(row["forecast_quantity"], row["default_uom"]),
    )


def level_id(product_id: object, warehouse: int) -> str:
    """A level is no record over there: product and warehouse together name it."""
    return f"{product_id}{WAREHOUSE_SIGN}{warehouse}"


def product_of(level: str, warehouse: int) -> str:
    """The product of one of our level ids; empty when it is another warehouse's."""
    number, _, place = level.partition(WAREHOUSE_SIGN)
    return number if place == str(warehouse) else ""
