"""Products over HTTP."""

from __future__ import annotations

from uuid import UUID

from marshmallow import Schema, fields

from core.api.blueprint import ApiBlueprint
from core.api.fields import CurrencyCode, Id, Moment, UnitPrice
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.catalog.lists import PRODUCTS
from modules.catalog.models import Product

blueprint = ApiBlueprint("catalog", __name__, description="Products as the ERP gives them.")


class ProductSchema(Schema):
    id = Id()
    sku = fields.String()
    name = fields.String()
    description = fields.String()
    unit = fields.String(attribute="uom", metadata={"description": "UN/ECE code."})
    unit_price = UnitPrice(allow_none=True, metadata={"description": "List price before tax."})
    currency = CurrencyCode(allow_none=True)
    stocked = fields.Boolean()
    active = fields.Boolean()
    source = fields.String()
    observed_at = Moment()


@blueprint.get("/products")
@requires("catalog.read")
@lists(PRODUCTS, ProductSchema)
def products(work: UnitOfWork, query: ListQuery) -> Page:
    """What is and was for sale; ``active=true`` leaves out what is archived."""
    return page(work, PRODUCTS, query)


@blueprint.get("/products/<uuid:product_id>")
@requires("catalog.read")
@reads(ProductSchema)
def product(work: UnitOfWork, product_id: UUID) -> Product:
    """One product."""
    return fetch(work, Product, product_id)
