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
from core.sync.requested import RequestState, abilities
from core.web.columns import day, link, made, money, state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.web.slots import panels
from core.work import UnitOfWork
from modules.contacts.services.naming import name_of
from modules.sales.chips import BILLING, COMMERCIAL, FULFILMENT, LINK
from modules.sales.kinds import ORDER
from modules.sales.lists import ORDERS
from modules.sales.models import Order, Shipment
from modules.sales.pages.blueprint import blueprint
from modules.sales.rules import OrderState
from modules.sales.services.changes import take_back_request
from modules.sales.services.orders import cancel_order, confirm_order, get_order
from modules.sales.services.showing import shown
from modules.sales.words import request_sentence, sentence, whereabouts

#: The page asks again while the ERP has not said how these end.
_ASKING = frozenset({RequestState.REQUESTED, RequestState.SENT, RequestState.IN_DOUBT})
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
        found = cancel_order(work, key)
    if found.state is OrderState.CANCELLED:
        flash(_("Order %(number)s is cancelled.", number=found.number), "done")
    else:
        flash(_("The ERP is asked to cancel order %(number)s.", number=found.number), "done")
    return redirect(url_for(".order", key=key), 303)


@blueprint.post("/<uuid:key>/requests/<uuid:request_id>/withdraw")
@requires("sales.confirm")
def withdraw_request(key: UUID, request_id: UUID) -> ResponseReturnValue:
    with writing() as work:
        take_back_request(work, key, request_id)
    flash(_("It is taken back: nothing was sent."), "done")
    return redirect(url_for(".order", key=key), 303)


def _context(work: UnitOfWork, order: Order) -> dict[str, Any]:
    shipments = select(Shipment).where(Shipment.order_id == order.id).order_by(Shipment.id)
    whole = shown(work, order)
    return {
        "order": order,
        "whole": whole,
        "requests": [(asked, request_sentence(asked)) for asked in whole.requests],
        "asking": any(asked.state in _ASKING for asked in whole.requests),
        "abilities": abilities(work, ORDER, order.id),
        "links": [(found, sentence(found)) for found in whole.links],
        "shipments": work.session.scalars(visible(work, shipments)).all(),
        "whereabouts": whereabouts(whole.states["link"], order.source),
        "panels": panels("sales.order", order.id, work),
        "chips": {"commercial": COMMERCIAL, "fulfilment": FULFILMENT, "billing": BILLING},
    }
