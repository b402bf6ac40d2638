"""Orders: drafted and confirmed here, fulfilled and billed in the ERP."""

from core.events import after, on
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.sync.documents import PriceList, SalesOrder, Shipment
from core.sync.exchange import Inbound, Mirror, Outbound, RecordPage
from core.web.i18n import lazy as _
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.sales import (
    api,
    erp,
    jobs,
    lead_panels,
    models,
    pages,
    panels,
    quotation_panels,
)
from modules.sales.events import (
    OrderCancelled,
    OrderCancelledThere,
    OrderConfirmed,
    OrderShipped,
    QuotationAccepted,
)
from modules.sales.kinds import ORDER, PRICE_LIST, SHIPMENT
from modules.sales.portal import SECTIONS
from modules.sales.services.opportunities import win_by_quotation
from modules.sales.services.parties import follow_merge, go_apart
from modules.sales.services.pipelines import seed
from modules.sales.services.price_lists import archive_price_lists, receive_price_lists
from modules.sales.services.promises import forget_open, judge_shipment
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
        Permission(name="sales.approve", title=_("Approve discounts of others")),
        Permission(name="sales.policy", title=_("Set the sales policy and discount limits")),
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
                "sales.approve",
                "sales.policy",
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
        on(OrderCancelled, forget_open),
        on(OrderCancelledThere, forget_open),
        after(OrderShipped, judge_shipment),
        on(PartyMerged, follow_merge),
        on(PartyUnmerged, go_apart),
        on(QuotationAccepted, win_by_quotation),
    ),
    jobs=jobs.JOBS,
    mirrors=(
        Mirror(
            kind=PRICE_LIST,
            document=PriceList,
            apply=receive_price_lists,
            every_s=30,
            gone=archive_price_lists,
            record=models.PriceList,
        ),
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
    blueprints=(*api.BLUEPRINTS, *pages.BLUEPRINTS),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Orders"),
            render=panels.customer_orders,
            permission="sales.read",
            order=20,
        ),
        Panel(
            slot="contacts.customer",
            title=_("Opportunities"),
            render=lead_panels.customer_opportunities,
            permission="sales.read",
            order=16,
        ),
        Panel(
            slot="contacts.customer",
            title=_("Quotations"),
            render=quotation_panels.customer_quotations,
            permission="sales.read",
            order=18,
        ),
        Panel(
            slot="sales.opportunity",
            title=_("Quotations"),
            render=quotation_panels.opportunity_quotations,
            permission="sales.read",
            order=20,
        ),
        Panel(
            slot="contacts.customer",
            title=_("Promises"),
            render=quotation_panels.customer_promises,
            permission="sales.read",
            order=25,
        ),
        Panel(
            slot="sales.order",
            title=_("Promises"),
            render=quotation_panels.order_promises,
            permission="sales.read",
            order=20,
        ),
        Panel(
            slot="home",
            title=_("Discounts that wait for approval"),
            render=quotation_panels.waiting_for_approval,
            permission="sales.approve",
            order=15,
        ),
        Panel(
            slot="home",
            title=_("Promises"),
            render=quotation_panels.all_promises,
            permission="sales.read",
            order=50,
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
            title=_("Leads"),
            endpoint="sales_leads.index",
            permission="sales.read",
            icon="user-plus",
            order=14,
        ),
        MenuItem(
            title=_("Opportunities"),
            endpoint="sales_opportunities.board",
            permission="sales.read",
            icon="coins",
            order=16,
        ),
        MenuItem(
            title=_("Quotations"),
            endpoint="sales_quotation_pages.index",
            permission="sales.read",
            icon="file-text",
            order=19,
        ),
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
    portal=SECTIONS,
    migrations="migrations",
)
