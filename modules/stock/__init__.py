"""Stock per warehouse as the ERP reports it."""

from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.sync.documents import StockLevel
from core.sync.exchange import Mirror
from core.web.i18n import lazy as _
from modules.stock import api, erp, pages, panels
from modules.stock.models import StockLevel as StockLevelRow
from modules.stock.statement import LEVELS
from modules.stock.traits import TRAITS

module = Module(
    name="stock",
    title=_("Stock"),
    summary=_("Levels per warehouse as the ERP reports them, with their age."),
    requires=("catalog",),
    permissions=(Permission(name="stock.read", title=_("See stock levels")),),
    roles=(
        Role(name="Salesperson", permissions=("stock.read",)),
        Role(name="Read only", permissions=("stock.read",)),
    ),
    mirrors=(
        Mirror(
            kind=erp.LEVEL,
            document=StockLevel,
            apply=erp.apply_levels,
            binds=False,
            gone=erp.remove_levels,
            record=StockLevelRow,
        ),
    ),
    statements=(LEVELS,),
    traits=TRAITS,
    blueprints=(api.blueprint, pages.blueprint),
    panels=(
        Panel(
            slot="catalog.product",
            title=_("Stock"),
            render=panels.product_levels,
            permission="stock.read",
        ),
    ),
    menu=(
        MenuItem(
            title=_("Stock"),
            endpoint="stock_pages.index",
            permission="stock.read",
            icon="stack-2",
            order=40,
        ),
    ),
    migrations="migrations",
)
