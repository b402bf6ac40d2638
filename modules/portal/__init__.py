"""Customers see what is theirs, with a login of their own."""

from core.events import on
from core.registry.manifest import Module, Panel, Permission, Role
from core.web.i18n import lazy as _
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.portal import api, models, pages, panels
from modules.portal.jobs import FORGET
from modules.portal.pages.blueprint import INVITE
from modules.portal.services.accounts import follow_merge, go_apart

__all__ = ["models", "module"]

module = Module(
    name="portal",
    title=_("Customer portal"),
    summary=_("Customers see what is theirs, with a login of their own."),
    requires=("contacts",),
    permissions=(
        Permission(name="portal.read", title=_("See who has an account in the portal")),
        Permission(name=INVITE, title=_("Invite customers to the portal, close their accounts")),
    ),
    roles=(
        Role(name="Salesperson", permissions=("portal.read", INVITE)),
        Role(name="Service agent", permissions=("portal.read", INVITE)),
        Role(name="Read only", permissions=("portal.read",)),
    ),
    blueprints=(api.blueprint, pages.blueprint, pages.staff_blueprint),
    subscriptions=(on(PartyMerged, follow_merge), on(PartyUnmerged, go_apart)),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Customer portal"),
            render=panels.customer_accounts,
            permission="portal.read",
            order=90,
        ),
    ),
    jobs=(FORGET,),
    migrations="migrations",
)
