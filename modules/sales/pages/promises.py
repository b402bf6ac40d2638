"""Promises on pages: the list, a day for an order, a reason for what was not kept."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from core.api.fields import Words
from core.companies import fetch
from core.errors import Invalid
from core.requests import reading, writing
from core.security.guard import requires
from core.web.columns import day, link, money, state, text
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage, labels
from modules.contacts.services.naming import name_of
from modules.sales.models import Promise
from modules.sales.quotation_chips import PROMISE, PROMISED
from modules.sales.quotation_lists import PROMISES
from modules.sales.services.promises import give_reason, promise_delivery

blueprint = Blueprint(
    "sales_promise_pages", __name__, url_prefix="/promises", template_folder="../templates"
)

LIST = ListPage(
    title=_l("Promises"),
    listing=PROMISES,
    columns=(
        link("order", _l("Order"), to="sales_pages.order", key="order_id"),
        link("customer", _l("Customer"), to="contacts_pages.party", key="customer_id"),
        text("sku", _l("Product")),
        state("kind", _l("Promise"), PROMISED),
        day("promised_on", _l("Promised day")),
        money("promised_price", _l("Promised price")),
        day("happened_on", _l("Left on")),
        money("invoiced_price", _l("Invoiced price")),
        state("state", _l("State"), PROMISE),
        text("reason", _l("Why")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(PROMISE)),
        Facet("kind", _l("Promise"), choices=labels(PROMISED)),
        Facet("customer_id", _l("Customer"), named=name_of),
    ),
    empty=Empty(
        _l("What is promised with quotations and orders stands here, beside what the ERP did.")
    ),
)


class ReasonForm(Schema):
    reason = Words(1000, required=True, least=1, metadata={"title": _l("Why was it not kept?")})


@blueprint.get("/")
@requires("sales.read")
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.post("/orders/<uuid:key>")
@requires("sales.write")
def promise(key: UUID) -> ResponseReturnValue:
    try:
        wanted = date.fromisoformat(request.form.get("promised_on", ""))
        with writing() as work:
            promise_delivery(work, key, wanted)
    except ValueError:
        flash(_('Write a day like "2026-11-30".'), "error")
    except Invalid as error:
        flash(" ".join([str(error), *error.fields.values()]), "error")
    else:
        flash(_("Promised: it is compared with what the ERP ships."), "done")
    return redirect(url_for("sales_pages.order", key=key), 303)


@blueprint.route("/<uuid:key>/reason", methods=["GET", "POST"])
@requires("sales.write")
def reason(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Promise, key)
    back = url_for("sales_pages.order", key=found.order_id)
    title = _("Why the promise about %(sku)s was not kept", sku=found.sku)
    if request.method == "GET":
        return form_page(
            Form(ReasonForm(), stored={"reason": found.reason}), title=title, back=back
        )

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            give_reason(work, key, data["reason"])
        return back

    return submit(Form.sent(ReasonForm(), request.form), save, title=title, back=back)
