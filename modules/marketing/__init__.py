"""Consents, segments, campaigns and journeys."""

from core.events import after, on
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.web.i18n import lazy as _
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoicePaid
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.marketing import api, pages, panels
from modules.marketing.events import SegmentEntered
from modules.marketing.jobs import JOBS
from modules.marketing.portal import SECTIONS
from modules.marketing.services import enrolments, following, merging
from modules.marketing.traits import TRAITS
from modules.sales.events import LeadConverted

module = Module(
    name="marketing",
    title=_("Marketing"),
    summary=_("Consents, segments, campaigns and journeys."),
    requires=("billing", "contacts", "sales"),
    permissions=(
        Permission(name="marketing.read", title=_("See consents, segments and campaigns")),
        Permission(name="marketing.write", title=_("Write segments, campaigns and journeys")),
        Permission(name="marketing.send", title=_("Approve, start and stop campaigns")),
        Permission(name="marketing.consent", title=_("Write down consents and suppressions")),
        Permission(name="marketing.set_up", title=_("Set up purposes and the sending policy")),
    ),
    roles=(
        Role(
            name="Marketer",
            permissions=(
                "marketing.read",
                "marketing.write",
                "marketing.send",
                "marketing.consent",
                "contacts.read",
                "billing.read",
                "sales.read",
            ),
        ),
        Role(name="Salesperson", permissions=("marketing.read", "marketing.consent")),
        Role(name="Service agent", permissions=("marketing.read", "marketing.consent")),
        Role(name="Read only", permissions=("marketing.read",)),
    ),
    subscriptions=(
        after(SegmentEntered, enrolments.enter),
        after(InvoicePaid, following.paid),
        after(InvoiceCancelled, following.cancelled),
        after(CreditNoteIssued, following.credited),
        after(LeadConverted, following.converted),
        on(PartyMerged, merging.follow_merge),
        on(PartyUnmerged, merging.go_apart),
    ),
    blueprints=(api.blueprint, pages.blueprint, pages.public_blueprint),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Marketing"),
            render=panels.customer,
            permission="marketing.read",
            order=60,
        ),
        Panel(
            slot="home",
            title=_("Campaigns under way"),
            render=panels.running,
            permission="marketing.read",
            order=70,
        ),
    ),
    menu=(
        MenuItem(
            title=_("Marketing"),
            endpoint="marketing_pages.index",
            permission="marketing.read",
            icon="speakerphone",
            order=60,
        ),
    ),
    jobs=JOBS,
    traits=TRAITS,
    portal=SECTIONS,
    migrations="migrations",
)
