"""Who is worth most, who may leave, and what would fit whom."""

from core.events import after
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.web.i18n import lazy as _
from modules.analytics import api, pages, panels
from modules.analytics.jobs import REBUILD, SCORE, install
from modules.analytics.services import facts
from modules.analytics.traits import TRAITS
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoiceIssued
from modules.contacts.events import PartyMerged, PartyUnmerged

module = Module(
    name="analytics",
    title=_("Analytics"),
    summary=_("Who is worth most, who may leave, and what would fit whom."),
    requires=("billing", "catalog", "contacts"),
    permissions=(
        Permission(name="analytics.read", title=_("See how customers are scored, and why")),
        Permission(name="analytics.company", title=_("See the figures of the whole company")),
        Permission(name="analytics.set_up", title=_("Set thresholds, lines and costs")),
    ),
    roles=(
        Role(name="Salesperson", permissions=("analytics.read",)),
        Role(name="Service agent", permissions=("analytics.read",)),
        Role(name="Sales manager", permissions=("analytics.read", "analytics.company")),
        Role(name="Read only", permissions=("analytics.read",)),
    ),
    subscriptions=(
        after(InvoiceIssued, facts.count_invoice),
        after(CreditNoteIssued, facts.count_credit),
        after(InvoiceCancelled, facts.count_out),
        after(PartyMerged, facts.follow_merge),
        after(PartyUnmerged, facts.go_apart),
    ),
    blueprints=(api.blueprint, pages.blueprint),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Value and risk"),
            render=panels.customer_scores,
            permission="analytics.read",
            order=15,
        ),
        Panel(
            slot="home",
            title=_("My customers who may be leaving"),
            render=panels.my_customers,
            permission="analytics.read",
            order=20,
        ),
        Panel(
            slot="home",
            title=_("The company in twelve months"),
            render=panels.company_figures,
            permission="analytics.company",
            order=30,
        ),
    ),
    menu=(
        MenuItem(
            title=_("Analytics"),
            endpoint="analytics_pages.index",
            permission="analytics.read",
            icon="chart-bar",
            order=80,
        ),
    ),
    jobs=(REBUILD, SCORE),
    traits=TRAITS,
    migrations="migrations",
    install=install,
)
