"""Vouchers: the list, the page of one, and using one on an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from core.companies import visible
from core.errors import NotFound, RuleBroken
from core.requests import reading, writing
from core.security.guard import requires
from core.web import formats
from core.web.columns import day, link, made, state, text
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage, labels
from modules.loyalty.chips import KINDS, VOUCHER
from modules.loyalty.lists import VOUCHERS
from modules.loyalty.pages.blueprint import GRANT, READ, REDEEM, blueprint
from modules.loyalty.rules.states import VoucherKind
from modules.loyalty.services.redeeming import call_off
from modules.loyalty.services.vouchers import take_off, use_voucher


def worth(row: Row[Any]) -> Markup | str:
    if row.kind is VoucherKind.AMOUNT:
        return formats.money(row.value, row.currency)
    if row.kind is VoucherKind.PERCENT:
        return f"{formats.number(row.value)} %"
    return _(KINDS[VoucherKind.PRODUCT])


LIST = ListPage(
    title=_l("Vouchers"),
    listing=VOUCHERS,
    template="loyalty/list.html",
    search=_l("Code or member"),
    columns=(
        link("code", _l("Code"), to="loyalty_pages.voucher"),
        text("title", _l("Reward")),
        link("party", _l("Member"), to="loyalty_pages.member", key="member_id"),
        made("kind", _l("Worth"), worth, at_end=True),
        state("state", _l("State"), VOUCHER),
        day("expires_on", _l("Good until before")),
        link("order", _l("Order"), to="sales_pages.order", key="order_id"),
    ),
    facets=(Facet("state", _l("State"), choices=labels(VOUCHER)),),
    empty=Empty(_l("Points that members redeem become vouchers, and stand here.")),
)


@blueprint.get("/vouchers/")
@requires(READ)
def vouchers() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/vouchers/<uuid:key>")
@requires(READ)
def voucher(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        wanted = visible(work, VOUCHERS.statement.where(VOUCHERS.key == key))
        found = work.session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(_("There is no such voucher."))
    return render_template(
        "loyalty/voucher.html",
        voucher=found,
        worth=worth(found),
        chips=VOUCHER,
        crumbs=[(_("Vouchers"), url_for(".vouchers")), (found.code, "")],
    )


@blueprint.post("/vouchers/<uuid:key>/call-off")
@requires(GRANT)
def void(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        found = call_off(work, key)
    flash(_("Voucher %(code)s is void; its points are back.", code=found.code), "done")
    return redirect(url_for(".voucher", key=key), 303)


@blueprint.post("/orders/<uuid:order_id>/use")
@requires(REDEEM)
def use(order_id: UUID) -> ResponseReturnValue:
    try:
        with writing() as work:
            work.actor.require("sales.write")
            used = use_voucher(work, request.form.get("code", ""), order_id)
        flash(_("Voucher %(code)s is used on this order.", code=used.code), "done")
    except (RuleBroken, NotFound) as error:
        flash(str(error), "error")
    return redirect(url_for("sales_pages.order", key=order_id), 303)


@blueprint.post("/orders/<uuid:order_id>/vouchers/<uuid:key>/take-off")
@requires(REDEEM)
def unuse(order_id: UUID, key: UUID) -> ResponseReturnValue:
    with writing() as work:
        work.actor.require("sales.write")
        freed = take_off(work, key, order_id)
    flash(_("Voucher %(code)s is good again.", code=freed.code), "done")
    return redirect(url_for("sales_pages.order", key=order_id), 303)
