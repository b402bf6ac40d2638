"""Invoices, credit notes and payments as the ERP reports them."""

from core.events import after, on
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.sync.documents import CreditNote, CreditStatus, Invoice, Payment
from core.sync.exchange import Inbound, Mirror, RecordPage
from core.web.i18n import lazy as _
from modules.billing import api, erp, models, pages, panels
from modules.billing.events import InvoiceIssued
from modules.billing.kinds import CREDIT, CREDIT_NOTE, INVOICE, PAYMENT
from modules.billing.portal import SECTIONS
from modules.billing.services.parties import follow_merge, go_apart
from modules.billing.services.promises import judge_prices
from modules.billing.services.receive import receive_credit_note, receive_invoice, receive_payment
from modules.billing.services.removed import cancel_removed
from modules.billing.statement import CREDIT_NOTES, INVOICES, PAYMENTS
from modules.billing.traits import TRAITS
from modules.contacts.events import PartyMerged, PartyUnmerged

_PAGE = RecordPage("billing_pages.invoice", "key")

module = Module(
    name="billing",
    title=_("Billing"),
    summary=_("Invoices, credit notes and payments as the ERP reports them."),
    requires=("catalog", "contacts", "sales"),
    permissions=(Permission(name="billing.read", title=_("See invoices and payments")),),
    roles=(
        Role(name="Salesperson", permissions=("billing.read",)),
        Role(name="Service agent", permissions=("billing.read",)),
        Role(name="Read only", permissions=("billing.read",)),
    ),
    subscriptions=(
        on(PartyMerged, follow_merge),
        on(PartyUnmerged, go_apart),
        after(InvoiceIssued, judge_prices),
    ),
    mirrors=(
        Mirror(
            kind=CREDIT,
            document=CreditStatus,
            apply=erp.apply_credits,
            every_s=30,
            binds=False,
            gone=erp.remove_credits,
            record=models.Credit,
        ),
    ),
    inbound=(
        Inbound(
            kind=INVOICE,
            document=Invoice,
            apply=receive_invoice,
            page=_PAGE,
            gone=cancel_removed,
            record=models.Invoice,
            amounts=("net", "tax"),
        ),
        Inbound(
            kind=CREDIT_NOTE,
            document=CreditNote,
            apply=receive_credit_note,
            page=_PAGE,
            gone=cancel_removed,
            record=models.Invoice,
            amounts=("net", "tax"),
        ),
        Inbound(
            kind=PAYMENT,
            document=Payment,
            apply=receive_payment,
            record=models.Payment,
            amounts=("amount",),
        ),
    ),
    statements=(INVOICES, CREDIT_NOTES, PAYMENTS),
    traits=TRAITS,
    blueprints=(api.blueprint, pages.blueprint),
    panels=(
        Panel(
            slot="contacts.customer",
            title=_("Invoices"),
            render=panels.customer_invoices,
            permission="billing.read",
            order=30,
        ),
        Panel(
            slot="sales.order",
            title=_("Invoices"),
            render=panels.order_invoices,
            permission="billing.read",
        ),
    ),
    menu=(
        MenuItem(
            title=_("Invoices"),
            endpoint="billing_pages.index",
            permission="billing.read",
            icon="file-invoice",
            order=50,
        ),
    ),
    portal=SECTIONS,
    migrations="migrations",
)
