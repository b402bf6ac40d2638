"""Parties: the customer database every other module and connection stands on."""

from __future__ import annotations

from core.events import on
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.sync.documents import Party
from core.sync.exchange import Mirror, Outbound, RecordPage
from core.web.i18n import lazy as _
from modules.contacts import api, erp, models, panels, views
from modules.contacts.deeds import PLAN
from modules.contacts.events import PartyChanged
from modules.contacts.kinds import PARTY
from modules.contacts.services.arrivals import parties_gone, receive_parties
from modules.contacts.services.sharing import SHARED
from modules.contacts.statement import PARTIES
from modules.contacts.traits import TRAITS

_PAGE = RecordPage("contacts_pages.party", "key")

module = Module(
    name="contacts",
    title=_("Contacts"),
    summary=_("Customers, suppliers and people, their addresses and their whole story."),
    permissions=(
        Permission(name="contacts.read", title=_("See parties and their timeline")),
        Permission(name="contacts.write", title=_("Create and change parties, add notes")),
        Permission(name="contacts.merge", title=_("Merge parties, and take it back")),
    ),
    roles=(
        Role(name="Salesperson", permissions=("contacts.read", "contacts.write", "contacts.merge")),
        Role(
            name="Sales manager", permissions=("contacts.read", "contacts.write", "contacts.merge")
        ),
        Role(name="Service agent", permissions=("contacts.read", "contacts.write")),
        Role(name="Read only", permissions=("contacts.read",)),
    ),
    statements=(PARTIES,),
    blueprints=(api.blueprint, views.blueprint),
    menu=(
        MenuItem(
            title=_("Contacts"),
            endpoint="contacts_pages.index",
            permission="contacts.read",
            icon="address-book",
            order=10,
        ),
    ),
    panels=(
        Panel(
            slot="search",
            title=_("Contacts"),
            render=panels.found,
            permission="contacts.read",
            order=10,
        ),
        Panel(
            slot="contacts.customer",
            title=_("Perhaps the same"),
            render=panels.same_parties,
            permission="contacts.read",
            order=5,
        ),
        Panel(
            slot="contacts.customer",
            title=_("Next steps"),
            render=panels.next_steps,
            permission="contacts.read",
            order=10,
        ),
        Panel(
            slot="home",
            title=_("My activities"),
            render=panels.my_activities,
            permission="contacts.read",
            order=10,
        ),
    ),
    subscriptions=(on(PartyChanged, erp.send_party),),
    outbound=(
        Outbound(kind=PARTY, document=Party, load=erp.load_party, page=_PAGE, shared=SHARED),
    ),
    mirrors=(
        Mirror(
            kind=PARTY,
            document=Party,
            apply=receive_parties,
            gone=parties_gone,
            record=models.Party,
            page=_PAGE,
            every_s=15,
        ),
    ),
    traits=TRAITS,
    deeds=(PLAN,),
    migrations="migrations",
)
