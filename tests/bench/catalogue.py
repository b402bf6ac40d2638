"""An ERP's products as a pull has left them here: rows and bindings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from core.actor import system
from core.clock import utcnow
from core.db.bulk import Upsert
from core.host import Host
from core.ids import new_id
from core.sync.models import Binding, Connection, ConnectionState
from modules.catalog.erp import PRODUCT
from modules.catalog.models import Product
from tests.bench.ground import analyse, new_company

WAREHOUSES = ("North", "South")


def erp_with_products(host: Host, count: int) -> tuple[Connection, Mapping[str, UUID]]:
    """The connection, and the ids of its products by those of the ERP."""
    company = new_company(host)
    products = {str(number): new_id() for number in range(count)}
    with host.write(system("bench")) as work:
        connection = Connection(
            company_id=company, connector="fake", name="ERP", state=ConnectionState.LIVE
        )
        work.session.add(connection)
        work.session.flush()
        rows = [_product(company, key, number) for number, key in products.items()]
        _upsert(Product).run(work.session, rows)
        bindings = [_binding(connection, key, number) for number, key in products.items()]
        _upsert(Binding).run(work.session, bindings)
    analyse(host)
    return connection, products


def _upsert(model: type[Any]) -> Upsert:
    table: Table = model.__table__
    return Upsert(table, key=("id",))


def _product(company: UUID, key: UUID, number: str) -> dict[str, Any]:
    return {
        "id": key,
        "company_id": company,
        "source": "ERP",
        "observed_at": utcnow(),
        "sku": f"SKU-{number}",
        "name": f"Product {number}",
        "description": "",
        "uom": "C62",
        "quantity_places": 0,
        "unit_price": None,
        "currency": None,
        "taxes": [],
        "stocked": True,
        "active": True,
    }


def _binding(connection: Connection, key: UUID, number: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "company_id": connection.company_id,
        "connection_id": connection.id,
        "kind": PRODUCT,
        "local_id": key,
        "external_id": number,
        "message": "",
        "created_at": utcnow(),
        "updated_at": utcnow(),
    }
