"""The list of orders and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import visible
from core.requests import reading, writing
from core.security.guard import requires
from core.web.columns import day, link, made, money, state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.web.slots import panels
from core.work import UnitOfWork
from modules.contacts.services.naming import name_of
from modules.sales.chips import BILLING, COMMERCIAL, FULFILMENT, LINK
from modules.sales.lists import ORDERS
from modules.sales.models import Order, Shipment
from modules.sales.pages.blueprint import blueprint
from modules.sales.services.orders import cancel_order, confirm_order, get_order
from modules.sales.services.showing import shown
from modules.sales.words import sentence, whereabouts

NEW = Action(title=_l("New order"), endpoint="sales_pages.new", permission="sales.write")


LIST = ListPage(
    title=_l("Orders"),
    listing=ORDERS,
    search=_l("Number, reference or customer"),
    columns=(
        link("number", _l("Order"), to="sales_pages.order"),
        link(
            "customer",
            _l("Customer"),
            to="contacts_pages.party",
            key="customer_id",
        ),
        day("ordered_on", _l("Ordered")),
        state("commercial", _l("State"), COMMERCIAL),
        state("fulfilment", _l("Shipping"), FULFILMENT),
        state("billing", _l("Billing"), BILLING),
        made("link", _l("ERP"), lambda row: whereabouts(row.link, row.source)),
        money("total", _l("Total")),
    ),
    facets=(
        Facet("commercial", _l("State"), choices=labels(COMMERCIAL)),
        Facet("fulfilment", _l("Shipping"), choices=labels(FULFILMENT)),
        Facet("billing", _l("Billing"), choices=labels(BILLING)),
        Facet("link", _l("ERP"), choices=labels(LINK)),
        Facet("customer_id", _l("Customer"), named=name_of),
    ),
    create=NEW,
    empty=Empty(
        _l("Orders stand here from the first draft to the last payment, those of the ERP too."),
        NEW,
    ),
)


@blueprint.get("/")
@requires("sales.read")
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires("sales.read")
def order(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = get_order(work, key)
        page = _context(work, found)
    crumbs = [(_("Orders"), url_for(".index")), (found.number, "")]
    return render_template("sales/order.html", crumbs=crumbs, **page)


@blueprint.get("/<uuid:key>/state")
@requires("sales.read")
def order_state(key: UUID) -> ResponseReturnValue:
    """The part of the page that renews itself while the order is on its way."""
    with reading() as work:
        found = get_order(work, key)
        page = _context(work, found)
    return render_template("sales/state.html", **page)


@blueprint.post("/<uuid:key>/confirm")
@requires("sales.confirm")
def confirm(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        number = confirm_order(work, key).number
    flash(_("Order %(number)s is confirmed and on its way.", number=number), "done")
    return redirect(url_for(".order", key=key), 303)


@blueprint.post("/<uuid:key>/cancel")
@requires("sales.confirm")
def cancel(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        number = cancel_order(work, key).number
    flash(_("Order %(number)s is cancelled.", number=number), "done")
    return redirect(url_for(".order", key=key), 303)


def _context(work: UnitOfWork, order: Order) -> dict[str, Any]:
    shipments = select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id)
    whole = shown(work, order)
    return {
        "order": order,
        "whole": whole,
        "links": [(found, sentence(found)) for found in whole.links],
        "shipments": work.session.scalars(visible(work, shipments)).all(),
        "whereabouts": whereabouts(whole.states["link"], order.source),
        "panels": panels("sales.order", order.id, work),
        "chips": {"commercial": COMMERCIAL, "fulfilment": FULFILMENT, "billing": BILLING},
    }
