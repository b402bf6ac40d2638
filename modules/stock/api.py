"""Stock levels over HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields

from core.api.blueprint import ApiBlueprint
from core.api.fields import Id, Moment, Quantity
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists
from core.security.guard import requires
from core.work import UnitOfWork
from modules.stock.lists import LEVELS

blueprint = ApiBlueprint("stock", __name__, description="Stock as the ERP reports it.")


class StockLevelSchema(Schema):
    id = Id()
    product_id = Id()
    sku = fields.String()
    product = fields.String()
    warehouse = fields.String()
    on_hand = Quantity()
    available = Quantity(
        allow_none=True,
        metadata={"description": "Less what is promised, plus what is due in; may be negative."},
    )
    unit = fields.String(attribute="uom", metadata={"description": "UN/ECE code."})
    source = fields.String()
    observed_at = Moment(metadata={"description": "When the ERP said this level."})


@blueprint.get("/stock-levels")
@requires("stock.read")
@lists(LEVELS, StockLevelSchema)
def levels(work: UnitOfWork, query: ListQuery) -> Page:
    """How much of each product lies in each warehouse."""
    return page(work, LEVELS, query)
