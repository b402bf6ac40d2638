"""Products, prices, units and taxes as the ERP gives them."""

from core.registry.manifest import MenuItem, Module, Permission, Role
from core.sync.documents import Product, Tax
from core.sync.exchange import Mirror
from core.web.i18n import lazy as _
from modules.catalog import api, erp, models, pages

module = Module(
    name="catalog",
    title=_("Catalogue"),
    summary=_("Products, prices, units and taxes as the ERP gives them."),
    permissions=(Permission(name="catalog.read", title=_("See products")),),
    roles=(
        Role(name="Salesperson", permissions=("catalog.read",)),
        Role(name="Read only", permissions=("catalog.read",)),
    ),
    mirrors=(
        Mirror(
            kind=erp.TAX,
            document=Tax,
            apply=erp.apply_taxes,
            every_s=30,
            gone=erp.archive_taxes,
            record=models.Tax,
        ),
        Mirror(
            kind=erp.PRODUCT,
            document=Product,
            apply=erp.apply_products,
            every_s=15,
            gone=erp.archive_products,
            record=models.Product,
            amounts=("unit_price",),
        ),
    ),
    blueprints=(api.blueprint, pages.blueprint),
    menu=(
        MenuItem(
            title=_("Products"),
            endpoint="catalog_pages.index",
            permission="catalog.read",
            icon="package",
            order=30,
        ),
    ),
    migrations="migrations",
)
