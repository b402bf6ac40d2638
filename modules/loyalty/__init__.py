"""Points, tiers and vouchers, kept like money."""

from core.deeds import Deed
from core.events import after
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.web.i18n import lazy as _
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoicePaid
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.kinds import PARTY
from modules.loyalty import api, pages, panels
from modules.loyalty.jobs import CHECK_LEDGER, PASS_DAY
from modules.loyalty.portal import SECTIONS
from modules.loyalty.schemas import GrantSettings
from modules.loyalty.services import earning, merging, vouchers
from modules.loyalty.traits import TRAITS
from modules.sales.events import OrderCancelled, OrderCancelledThere

module = Module(
    name="loyalty",
    title=_("Loyalty"),
    summary=_("Points, tiers and vouchers, kept like money."),
    requires=("billing", "catalog", "contacts", "sales"),
    permissions=(
        Permission(name="loyalty.read", title=_("See members, points and vouchers")),
        Permission(name="loyalty.redeem", title=_("Redeem points and use vouchers")),
        Permission(name="loyalty.grant", title=_("Give points, suspend and close memberships")),
        Permission(name="loyalty.set_up", title=_("Set up the programme, its tiers and rewards")),
    ),
    roles=(
        Role(name="Salesperson", permissions=("loyalty.read", "loyalty.redeem")),
        Role(name="Service agent", permissions=("loyalty.read", "loyalty.redeem")),
        Role(name="Read only", permissions=("loyalty.read",)),
    ),
    subscriptions=(
        after(InvoicePaid, earning.earn),
        after(CreditNoteIssued, earning.credit),
        after(InvoiceCancelled, earning.cancel),
        after(OrderCancelled, vouchers.give_back_of_cancelled),
        after(OrderCancelledThere, vouchers.give_back_of_cancelled_there),
        after(PartyMerged, merging.follow_merge),
        after(PartyUnmerged, merging.go_apart),
    ),
    blueprints=(api.blueprint, pages.blueprint),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Loyalty"),
            render=panels.customer_points,
            permission="loyalty.read",
            order=40,
        ),
        Panel(
            slot="sales.order",
            title=_("Vouchers"),
            render=panels.order_vouchers,
            permission="loyalty.read",
            order=40,
        ),
    ),
    menu=(
        MenuItem(
            title=_("Loyalty"),
            endpoint="loyalty_pages.index",
            permission="loyalty.read",
            icon="star",
            order=70,
        ),
    ),
    jobs=(PASS_DAY, CHECK_LEDGER),
    traits=TRAITS,
    deeds=(
        Deed(
            name="loyalty.grant_points",
            title=_("Give loyalty points"),
            subject=PARTY,
            permission="loyalty.grant",
            settings=GrantSettings,
            run=earning.grant,
        ),
    ),
    portal=SECTIONS,
    migrations="migrations",
)
