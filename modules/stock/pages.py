"""Stock levels on pages."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.security.guard import requires
from core.web.columns import link, moment, quantity, text
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage
from modules.stock.lists import LEVELS

blueprint = Blueprint("stock_pages", __name__, url_prefix="/stock", template_folder="templates")

LIST = ListPage(
    title=_l("Stock"),
    listing=LEVELS,
    search=_l("SKU or name"),
    columns=(
        link(
            "sku",
            _l("SKU"),
            to="catalog_pages.product",
            key="product_id",
        ),
        text("product", _l("Product")),
        text("warehouse", _l("Warehouse")),
        quantity("on_hand", _l("On hand")),
        quantity("available", _l("Available")),
        moment("observed_at", _l("Last change seen")),
        text("source", _l("From")),
    ),
    facets=(Facet("warehouse", _l("Warehouse")),),
    empty=Empty(_l("Stock levels come from the ERP: connect one, and they stand here.")),
)


@blueprint.get("/")
@requires("stock.read")
def index() -> ResponseReturnValue:
    return LIST.answer()
