"""Products on pages."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import fetch
from core.requests import reading
from core.security.guard import requires
from core.web.columns import flag, link, money, text
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage
from core.web.slots import panels
from modules.catalog.lists import PRODUCTS
from modules.catalog.models import Product, Tax

blueprint = Blueprint(
    "catalog_pages", __name__, url_prefix="/products", template_folder="templates"
)

#: A price older than this is shown as old.
FRESH = timedelta(days=1)
YES_NO = {"true": _l("Yes"), "false": _l("No")}

LIST = ListPage(
    title=_l("Products"),
    listing=PRODUCTS,
    search=_l("SKU or name"),
    columns=(
        link("sku", _l("SKU"), to="catalog_pages.product"),
        text("name", _l("Name")),
        money("unit_price", _l("List price")),
        text("uom", _l("Unit")),
        flag("active", _l("For sale")),
        text("source", _l("From")),
    ),
    facets=(
        Facet("active", _l("For sale"), choices=YES_NO),
        Facet("stocked", _l("Kept in stock"), choices=YES_NO),
    ),
    empty=Empty(_l("Products come from the ERP: connect one, and they stand here.")),
)


@blueprint.get("/")
@requires("catalog.read")
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires("catalog.read")
def product(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Product, key)
        taxes = work.session.scalars(select(Tax).where(Tax.id.in_(found.tax_ids))).all()
        shown = panels("catalog.product", key, work)
    return render_template(
        "catalog/product.html",
        product=found,
        taxes=taxes,
        panels=shown,
        policy=FRESH,
        crumbs=[(_("Products"), url_for(".index")), (found.sku, "")],
    )
