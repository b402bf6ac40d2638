"""Tickets, service levels and the knowledge base."""

from core.events import after, on
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.web.i18n import lazy as _
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.sales.events import PromiseBroken
from modules.service import api, panels, views
from modules.service.deeds import OPEN_TICKET
from modules.service.jobs import JOBS
from modules.service.portal import SECTIONS
from modules.service.services.following import follow_merge, undo_merge_of_parties
from modules.service.services.late import open_case
from modules.service.services.settings import seed
from modules.service.traits import TRAITS

module = Module(
    name="service",
    title=_("Service"),
    summary=_("What customers ask, and when it is answered: tickets and service levels."),
    requires=("contacts", "sales"),
    permissions=(
        Permission(name="service.read", title=_("See tickets and articles")),
        Permission(name="service.write", title=_("Answer and change tickets, write articles")),
        Permission(name="service.manage", title=_("Set up queues, mailboxes and service levels")),
    ),
    roles=(
        Role(name="Service agent", permissions=("service.read", "service.write")),
        Role(name="Salesperson", permissions=("service.read",)),
        Role(name="Read only", permissions=("service.read",)),
    ),
    blueprints=(api.blueprint, views.blueprint, views.public),
    subscriptions=(
        on(PartyMerged, follow_merge),
        on(PartyUnmerged, undo_merge_of_parties),
        after(PromiseBroken, open_case),
    ),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Tickets"),
            render=panels.customer_tickets,
            permission="service.read",
            order=30,
        ),
        Panel(
            slot="sales.order",
            title=_("Tickets"),
            render=panels.order_tickets,
            permission="service.read",
            order=30,
        ),
        Panel(
            slot="home",
            title=_("Service"),
            render=panels.desk,
            permission="service.read",
            order=40,
        ),
        Panel(
            slot="search",
            title=_("Tickets"),
            render=panels.found,
            permission="service.read",
            order=30,
        ),
    ),
    menu=(
        MenuItem(
            title=_("Tickets"),
            endpoint="service_pages.index",
            permission="service.read",
            icon="lifebuoy",
            order=40,
        ),
    ),
    jobs=JOBS,
    traits=TRAITS,
    deeds=(OPEN_TICKET,),
    portal=SECTIONS,
    migrations="migrations",
    install=seed,
)
