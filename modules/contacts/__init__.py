"""Parties: the customer database every other module and connection stands on."""

from __future__ import annotations

from core.registry.manifest import Module, Permission, Role
from core.sync.documents import Party
from core.sync.exchange import Mirror, Outbound
from core.web.i18n import lazy as _
from modules.contacts import api, erp
from modules.contacts.kinds import PARTY
from modules.contacts.services.arrivals import receive_parties

module = Module(
    name="contacts",
    title=_("Contacts"),
    summary=_("Customers, suppliers and people, their addresses and their whole story."),
    permissions=(
        Permission(name="contacts.read", title=_("See parties and their timeline")),
        Permission(name="contacts.write", title=_("Create and change parties, add notes")),
    ),
    roles=(
        Role(name="Salesperson", permissions=("contacts.read", "contacts.write")),
        Role(name="Service agent", permissions=("contacts.read", "contacts.write")),
        Role(name="Read only", permissions=("contacts.read",)),
    ),
    blueprints=(api.blueprint,),
    outbound=(Outbound(kind=PARTY, document=Party, load=erp.load_party),),
    mirrors=(Mirror(kind=PARTY, document=Party, apply=receive_parties),),
    migrations="migrations",
)
