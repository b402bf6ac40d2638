"""Quotations and orders as their customer sees them in the portal."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import render_template
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core.api.listing import Listing, ListQuery, page
from core.errors import Invalid, NotFound
from core.portal import Customer, Download, Item, Items, Section, Sheet, Typed
from core.web import formats
from core.web.atoms import state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.sales.chips import BILLING, COMMERCIAL, FULFILMENT
from modules.sales.lists import ORDERS
from modules.sales.models import Order, QuotationVersion, Shipment
from modules.sales.quotation_chips import QUOTATION
from modules.sales.quotation_lists import QUOTATIONS
from modules.sales.rules import OrderState
from modules.sales.rules.quotations import QuotationState
from modules.sales.services.orders import get_order
from modules.sales.services.quotations.answers import Answered, Opened, accept, answer_to, decline
from modules.sales.services.quotations.drafts import get_quotation
from modules.sales.services.quotations.mailing import PDF, name_of_file
from modules.sales.services.quotations.paper import kept_paper, said_on_paper, set_paper

_SHOWN = 20
#: What was never shown to the customer is ours alone.
_OFFERED = frozenset(QuotationState) - {
    QuotationState.DRAFT,
    QuotationState.PENDING_APPROVAL,
    QuotationState.APPROVED,
    QuotationState.CANCELLED,
}


def _only(listing: Listing, *conditions: object) -> Listing:
    statement = listing.statement.where(*conditions)  # type: ignore[arg-type]  # conditions of SQL
    return replace(listing, statement=statement, kept={})


_QUOTATIONS = _only(QUOTATIONS, QuotationVersion.state.in_(_OFFERED))
_ORDERS = _only(ORDERS, Order.state != OrderState.DRAFT)


def quotations(
    customer: Customer, after: str | None, _typed: Typed | None, work: UnitOfWork
) -> Items:
    found = page(work, _QUOTATIONS, _query(customer, after))
    items = [
        Item(
            key=row.id,
            title=row.number,
            quiet=_("Valid until %(day)s", day=formats.day(row.valid_until)),
            states=state(row.state, QUOTATION),
            amount=formats.money(row.total, row.currency),
        )
        for row in found.rows
    ]
    return Items(items=items, next=found.next)


def quotation(customer: Customer, key: UUID, typed: Typed | None, work: UnitOfWork) -> Sheet:
    opened = _opened(customer, key, work)
    body = render_template(
        "sales/portal_quotation.html",
        opened=opened,
        quotation=opened.quotation,
        version=opened.version,
        typed=typed,
        chips=QUOTATION,
    )
    return Sheet(title=_("Quotation %(number)s", number=opened.quotation.number), body=body)


def answer(
    customer: Customer, key: UUID | None, typed: MultiDict[str, str], work: UnitOfWork
) -> str:
    """A yes makes the order; a no keeps its reason."""
    if key is None:
        raise NotFound(_("There is no such page."))
    quotation = _opened(customer, key, work).quotation
    given = Answered(
        name=typed.get("name") or customer.name,
        seal=typed.get("seal", ""),
        address=customer.address,
        browser=customer.browser,
    )
    if typed.get("do") == "accept":
        order = accept(work, quotation.id, quotation.revision, given)
        return _("Thank you. Your order is %(number)s.", number=order.number)
    if typed.get("do") == "decline":
        reason = typed.get("reason", "")
        decline(work, quotation.id, quotation.revision, given, reason=reason)
        return _("The quotation is declined.")
    raise Invalid(_("Accept it, or decline it."))


def paper(customer: Customer, key: UUID, _file: UUID, work: UnitOfWork) -> Download:
    opened = _opened(customer, key, work)
    kept = kept_paper(work, opened.version.id)
    said = said_on_paper(work, opened.quotation, opened.version)
    content = kept.content if kept else set_paper(said).pdf
    name = name_of_file(opened.quotation, opened.version)
    return Download(name=name, media_type=PDF, content=content)


def _opened(customer: Customer, key: UUID, work: UnitOfWork) -> Opened:
    found, version = get_quotation(work, key)
    if found.customer_id != customer.party_id or version.state not in _OFFERED:
        raise NotFound(_("There is no such quotation."))
    return Opened(found, version, answer_to(work, version.id))


def orders(customer: Customer, after: str | None, _typed: Typed | None, work: UnitOfWork) -> Items:
    found = page(work, _ORDERS, _query(customer, after))
    items = [
        Item(
            key=row.id,
            title=row.number,
            quiet=formats.day(row.ordered_on),
            states=state(row.commercial, COMMERCIAL) + state(row.fulfilment, FULFILMENT),
            amount=formats.money(row.total, row.currency),
        )
        for row in found.rows
    ]
    return Items(items=items, next=found.next)


def order(customer: Customer, key: UUID, _typed: Typed | None, work: UnitOfWork) -> Sheet:
    found = get_order(work, key)
    if found.customer_id != customer.party_id or found.state is OrderState.DRAFT:
        raise NotFound(_("There is no such order."))
    shipments = select(Shipment).where(Shipment.order_id == key).order_by(Shipment.id)
    body = render_template(
        "sales/portal_order.html",
        order=found,
        shipments=work.session.scalars(shipments).all(),
        chips={"commercial": COMMERCIAL, "fulfilment": FULFILMENT, "billing": BILLING},
    )
    return Sheet(title=_("Order %(number)s", number=found.number), body=body)


def _query(customer: Customer, after: str | None) -> ListQuery:
    return ListQuery(limit=_SHOWN, after=after, filters={"customer_id": str(customer.party_id)})


SECTIONS = (
    Section(
        name="quotations",
        title=_l("Quotations"),
        icon="file-text",
        empty=_l("Quotations we send you stand here."),
        items=quotations,
        record=quotation,
        act=answer,
        download=paper,
        order=10,
    ),
    Section(
        name="orders",
        title=_l("Orders"),
        icon="shopping-cart",
        empty=_l("Your orders stand here, and where your goods are."),
        items=orders,
        record=order,
        order=20,
    ),
)
