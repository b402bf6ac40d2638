"""Orders: drafted and confirmed here, fulfilled and billed in the ERP."""

from core.events import on
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.sync.documents import SalesOrder, Shipment
from core.sync.exchange import Inbound, Outbound, RecordPage
from core.web.i18n import lazy as _
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.sales import api, erp, models, pages, panels
from modules.sales.events import OrderCancelled, OrderConfirmed, QuotationAccepted
from modules.sales.kinds import ORDER, SHIPMENT
from modules.sales.services.opportunities import win_by_quotation
from modules.sales.services.parties import follow_merge, go_apart
from modules.sales.services.pipelines import seed
from modules.sales.services.receive import receive_order
from modules.sales.services.shipments import receive_shipment
from modules.sales.statement import ORDERS
from modules.sales.traits import TRAITS

_PAGE = RecordPage("sales_pages.order", "key")

module = Module(
    name="sales",
    title=_("Sales"),
    summary=_("Orders: drafted and confirmed here, fulfilled and billed in the ERP."),
    requires=("catalog", "contacts"),
    permissions=(
        Permission(name="sales.read", title=_("See orders")),
        Permission(name="sales.write", title=_("Draft and change orders")),
        Permission(name="sales.confirm", title=_("Confirm and cancel orders")),
        Permission(name="sales.win_unquoted", title=_("Win opportunities without a quotation")),
        Permission(name="sales.manage", title=_("Pipelines, reasons and lead forms")),
    ),
    roles=(
        Role(name="Salesperson", permissions=("sales.read", "sales.write", "sales.confirm")),
        Role(
            name="Sales manager",
            permissions=(
                "sales.read",
                "sales.write",
                "sales.confirm",
                "sales.win_unquoted",
                "sales.manage",
            ),
        ),
        Role(name="Service agent", permissions=("sales.read",)),
        Role(name="Read only", permissions=("sales.read",)),
    ),
    subscriptions=(
        on(OrderConfirmed, erp.send_order),
        on(OrderCancelled, erp.withdraw_order),
        on(PartyMerged, follow_merge),
        on(PartyUnmerged, go_apart),
        on(QuotationAccepted, win_by_quotation),
    ),
    outbound=(
        Outbound(
            kind=ORDER,
            document=SalesOrder,
            load=erp.load_order,
            load_change=erp.load_change,
            answered=erp.answered,
            page=_PAGE,
        ),
    ),
    inbound=(
        Inbound(
            kind=ORDER,
            document=SalesOrder,
            apply=receive_order,
            page=_PAGE,
            record=models.Order,
            amounts=("net",),
        ),
        Inbound(kind=SHIPMENT, document=Shipment, apply=receive_shipment, record=models.Shipment),
    ),
    statements=(ORDERS,),
    blueprints=(api.blueprint, pages.blueprint),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Orders"),
            render=panels.customer_orders,
            permission="sales.read",
            order=20,
        ),
        Panel(
            slot="home",
            title=_("Latest orders"),
            render=panels.latest_orders,
            permission="sales.read",
            order=60,
        ),
    ),
    menu=(
        MenuItem(
            title=_("Orders"),
            endpoint="sales_pages.index",
            permission="sales.read",
            icon="shopping-cart",
            order=20,
        ),
    ),
    traits=TRAITS,
    install=seed,
    migrations="migrations",
)
