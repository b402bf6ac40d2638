"""Products, rates of tax and stock levels: rows of the REST API."""

from __future__ import annotations

from decimal import Decimal

from connectors.dolibarr.mapping.company import Company, number
from connectors.dolibarr.rows import text
from connectors.dolibarr.verdicts import Row
from core.sync.documents import Product, StockLevel, Tax

_GOODS = "0"
WAREHOUSE_SIGN = "@"


def product(row: Row, company: Company) -> Product:
    rate = tax_id(row)
    return Product(
        company=company.id,
        sku=text(row, "ref"),
        name=text(row, "label") or text(row, "ref"),
        uom=company.unit(row.get("fk_unit")),
        active=text(row, "status") == "1",  # for sale
        description=text(row, "description"),
        unit_price=company.money(row.get("price")),
        taxes=() if rate == "0" else (rate,),
        stocked=is_stocked(row),
    )


def is_stocked(row: Row) -> bool:
    return text(row, "type") == _GOODS


def tax_id(row: Row) -> str:
    """Taxes have no ids in orders: the rate names them."""
    return format(number(row.get("tva_tx")), "f")


def tax(rate: str, company: Company) -> Tax:
    return Tax(company=company.id, name=f"{rate} %", rate=Decimal(rate))


def level(row: Row, company: Company) -> StockLevel:
    """``row`` was read with its stock. A product never stocked there is at zero."""
    warehouses = row.get("stock_warehouse") or {}  # PHP writes an empty map as a list
    stock = warehouses.get(company.warehouse, {}) if isinstance(warehouses, dict) else {}
    return StockLevel(
        company=company.id,
        product=text(row, "id"),
        warehouse=company.warehouse,
        on_hand=company.quantity(stock.get("real"), row.get("fk_unit")),
    )


def level_id(product_id: object, company: Company) -> str:
    """A level is no record over there: product and warehouse together name it."""
    return f"{product_id}{WAREHOUSE_SIGN}{company.warehouse}"


def product_of(level: str, company: Company) -> str:
    """The product of one of our level ids; empty when it is another warehouse's."""
    product_id, _, place = level.partition(WAREHOUSE_SIGN)
    return product_id if place == company.warehouse else ""
