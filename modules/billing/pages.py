"""Invoices on pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row, select
from sqlalchemy.orm import selectinload

from core.clock import utcnow
from core.companies import visible
from core.errors import NotFound
from core.requests import reading
from core.security.guard import requires
from core.web.atoms import chip, state
from core.web.columns import day, link, made, money
from core.web.columns import state as state_column
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage, labels
from core.work import UnitOfWork
from modules.billing.chips import KIND, OVERDUE, STATE
from modules.billing.lists import INVOICES
from modules.billing.models import Invoice, Payment
from modules.billing.rules import is_overdue
from modules.contacts.models import Party
from modules.contacts.services.naming import name_of
from modules.sales.models import Order

blueprint = Blueprint(
    "billing_pages", __name__, url_prefix="/invoices", template_folder="templates"
)


def _state(row: Row[Any]) -> Markup:
    late = is_overdue(row.state, row.due_on, utcnow().date())
    return state(row.state, STATE) + (chip(_(OVERDUE.label), OVERDUE.tone) if late else "")


LIST = ListPage(
    title=_l("Invoices"),
    listing=INVOICES,
    search=_l("Number or customer"),
    columns=(
        link("number", _l("Invoice"), to="billing_pages.invoice"),
        state_column("kind", _l("Kind"), KIND),
        link(
            "customer",
            _l("Customer"),
            to="contacts_pages.party",
            key="customer_id",
        ),
        link("order", _l("Order"), to="sales_pages.order", key="order_id"),
        made("state", _l("State"), _state),
        day("issued_on", _l("Issued")),
        day("due_on", _l("Due")),
        money("total", _l("Total")),
        money("open", _l("Open")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(STATE)),
        Facet("kind", _l("Kind"), choices=labels(KIND)),
        Facet("overdue", _l("Overdue"), choices={"true": _l("Yes"), "false": _l("No")}),
        Facet("customer_id", _l("Customer"), named=name_of),
    ),
    empty=Empty(_l("Invoices come from the ERP as soon as it bills an order.")),
)


@blueprint.get("/")
@requires("billing.read")
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires("billing.read")
def invoice(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = _invoice(work, key)
        paid = select(Payment).where(Payment.invoice_id == key).order_by(Payment.paid_on)
        page = {
            "invoice": found,
            "customer": work.session.get_one(Party, found.customer_id),
            "order": work.session.get(Order, found.order_id) if found.order_id else None,
            "payments": work.session.scalars(visible(work, paid)).all(),
        }
    number = found.number or _("Draft")
    return render_template(
        "billing/invoice.html",
        crumbs=[(_("Invoices"), url_for(".index")), (number, "")],
        number=number,
        late=found.is_overdue(utcnow().date()),
        overdue=OVERDUE,
        chips=STATE,
        **page,
    )


def _invoice(work: UnitOfWork, invoice_id: UUID) -> Invoice:
    statement = select(Invoice).where(Invoice.id == invoice_id)
    found = work.session.scalar(visible(work, statement).options(selectinload(Invoice.lines)))
    if found is None:
        raise NotFound(_("There is no such invoice."))
    return found
