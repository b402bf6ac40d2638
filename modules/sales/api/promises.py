"""Promises to customers over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request

from core.api.blueprint import ApiBlueprint
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.errors import Invalid
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.models import Promise
from modules.sales.quotation_lists import PROMISES
from modules.sales.rules.promises import KeptRate
from modules.sales.schemas.quotations import (
    KeptRateSchema,
    NewPromiseSchema,
    PromiseSchema,
    PromisesMadeSchema,
    ReasonSchema,
)
from modules.sales.services.promises import give_reason, kept_rate, promise_delivery

blueprint = ApiBlueprint(
    "sales_promises", __name__, description="What was promised, and whether it was kept."
)


@blueprint.get("/promises")
@requires("sales.read")
@lists(PROMISES, PromiseSchema)
def promises(work: UnitOfWork, query: ListQuery) -> Page:
    """Promised days and prices, with what the ERP says happened."""
    return page(work, PROMISES, query)


@blueprint.get("/promises/rate")
@requires("sales.read")
@reads(KeptRateSchema)
def rate(work: UnitOfWork) -> KeptRate:
    """How many of the promises that were decided were kept; of one ``customer_id``, or of all."""
    text = request.args.get("customer_id")
    try:
        customer = UUID(text) if text else None
    except ValueError as error:
        words = {"customer_id": _("Not an id.")}
        raise Invalid(_("There is no such customer."), fields=words) from error
    return kept_rate(work, customer_id=customer)


@blueprint.post("/orders/<uuid:order_id>/promises")
@requires("sales.write")
@writes(PromisesMadeSchema, takes=NewPromiseSchema, status=201)
def promise(work: UnitOfWork, body: dict[str, Any], order_id: UUID) -> dict[str, list[Promise]]:
    """Promise the day a line, or the whole order, leaves."""
    made = promise_delivery(work, order_id, body["promised_on"], position=body["position"])
    return {"items": made}


@blueprint.put("/promises/<uuid:promise_id>/reason")
@requires("sales.write")
@writes(None, takes=ReasonSchema)
def reason(work: UnitOfWork, body: dict[str, Any], promise_id: UUID) -> Promise:
    """Say why it was not kept."""
    return give_reason(work, promise_id, body["reason"])
