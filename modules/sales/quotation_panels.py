"""What quotations and promises show on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.api.listing import ListQuery, count, page
from core.companies import fetch
from core.work import UnitOfWork
from modules.sales.models import Opportunity
from modules.sales.quotation_chips import PROMISE, PROMISED, QUOTATION
from modules.sales.quotation_lists import PROMISES, QUOTATIONS
from modules.sales.rules.quotations import QuotationState
from modules.sales.services.orders import get_order
from modules.sales.services.promises import kept_rate, of_order

#: Rows before "all of them".
SHOWN = 8


def customer_quotations(customer_id: UUID, work: UnitOfWork) -> str:
    which = {"customer_id": str(customer_id)}
    return _quotations(work, which, new=which)


def opportunity_quotations(opportunity_id: UUID, work: UnitOfWork) -> str:
    """What was offered for it; the one the customer accepts wins it."""
    party = fetch(work, Opportunity, opportunity_id).party_id
    which = {"opportunity_id": str(opportunity_id)}
    return _quotations(work, which, new={**which, "customer_id": str(party)})


def waiting_for_approval(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page of those who decide; nothing while nobody asks."""
    which = {"state": QuotationState.PENDING_APPROVAL.value}
    waiting = count(work, QUOTATIONS, ListQuery(filters=which)).number
    return _quotations(work, which, new={}) if waiting else ""


def customer_promises(customer_id: UUID, work: UnitOfWork) -> str:
    """How well we keep our word to this customer; nothing before the first promise."""
    rate = kept_rate(work, customer_id=customer_id)
    if not rate.decided and not rate.open:
        return ""
    which = {"customer_id": str(customer_id)}
    rows = page(work, PROMISES, ListQuery(limit=SHOWN, filters=which)).rows
    return render_template(
        "sales/kept.html", rate=rate, promises=rows, which=which, chips=PROMISE, kinds=PROMISED
    )


def all_promises(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page: the rate over everybody, and what is broken now."""
    rate = kept_rate(work)
    if not rate.decided and not rate.open:
        return ""
    which = {"state": "broken"}
    rows = page(work, PROMISES, ListQuery(limit=SHOWN, filters=which)).rows
    return render_template(
        "sales/kept.html", rate=rate, promises=rows, which=which, chips=PROMISE, kinds=PROMISED
    )


def order_promises(order_id: UUID, work: UnitOfWork) -> str:
    """What was promised with an order, and what became of it; the form to promise a day."""
    return render_template(
        "sales/order_promises.html",
        order=get_order(work, order_id),
        promises=of_order(work, order_id),
        chips=PROMISE,
        kinds=PROMISED,
    )


def _quotations(work: UnitOfWork, which: dict[str, str], *, new: dict[str, str]) -> str:
    """``new`` is what a quotation drafted from here begins with; nothing offers none."""
    return render_template(
        "sales/quotations.html",
        quotations=page(work, QUOTATIONS, ListQuery(limit=SHOWN, filters=which)).rows,
        number=count(work, QUOTATIONS, ListQuery(filters=which)),
        which=which,
        new=new,
        chips=QUOTATION,
    )
