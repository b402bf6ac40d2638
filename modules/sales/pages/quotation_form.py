"""Drafting and changing a quotation by hand: rows of products, nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import Company, fetch, visible
from core.errors import Invalid, Stale
from core.requests import reading, writing
from core.search import matching
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.sales.models import Quotation
from modules.sales.pages.offer_sheet import OfferSheet
from modules.sales.pages.quotation_blueprint import blueprint
from modules.sales.services.quotations.drafts import (
    change_quotation,
    draft_quotation,
    get_quotation,
)

#: Empty rows below the last line, and products offered while typing.
SPARE, OFFERED = 3, 200


@blueprint.route("/new", methods=["GET", "POST"])
@requires("sales.write")
def new() -> ResponseReturnValue:
    chosen = request.args.get("customer_id", type=UUID)
    if chosen is None:
        return _choose_customer(request.args.get("q", ""))
    if request.method == "GET":
        linked = request.args.get("opportunity_id", type=UUID)
        return _page(OfferSheet(rows=[], opportunity_id=linked), chosen)
    sheet = OfferSheet.sent(request.form)
    if request.form.get("more"):
        return _page(sheet, chosen)
    try:
        with writing() as work:
            customer = fetch(work, Party, chosen)
            made = draft_quotation(work, sheet.wish(chosen, _currency(work, customer)))
    except Invalid as error:
        sheet.refuse(error)
        return _page(sheet, chosen), 422
    flash(_("Quotation %(number)s is drafted.", number=made.number), "done")
    return redirect(url_for(".quotation", key=made.id), 303)


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires("sales.write")
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found, draft = get_quotation(work, key)
    if request.method == "GET":
        return _page(OfferSheet.of(found, draft), found.customer_id, quotation=found)
    sheet = OfferSheet.sent(request.form)
    if request.form.get("more"):
        return _page(sheet, found.customer_id, quotation=found)
    try:
        with writing() as work:
            wish = sheet.wish(found.customer_id, found.currency)
            change_quotation(work, key, wish, version=sheet.version or 0)
    except Invalid as error:
        sheet.refuse(error)
        return _page(sheet, found.customer_id, quotation=found), 422
    except Stale:
        sheet.stale, sheet.version = True, found.version
        return _page(sheet, found.customer_id, quotation=found), 409
    flash(_("Saved."), "done")
    return redirect(url_for(".quotation", key=key), 303)


def _page(sheet: OfferSheet, customer_id: UUID, *, quotation: Quotation | None = None) -> str:
    with reading() as work:
        customer = fetch(work, Party, customer_id)
        products = _products(work, customer)
        currency = _currency(work, customer)
    title = (
        _("New quotation") if quotation is None else _("Change %(number)s", number=quotation.number)
    )
    return render_template(
        "sales/quotation_form.html",
        sheet=sheet,
        spare=SPARE,
        customer=customer,
        products=products,
        currency=currency,
        title=title,
        crumbs=[(_("Quotations"), url_for(".index")), (title, "")],
        back=url_for(".quotation", key=quotation.id) if quotation else url_for(".index"),
    )


def _products(work: UnitOfWork, customer: Party) -> Any:
    offered = select(Product.sku, Product.name, Product.unit_price, Product.currency)
    offered = offered.where(Product.company_id == customer.company_id, Product.active)
    return work.session.execute(visible(work, offered).order_by(Product.sku).limit(OFFERED)).all()


def _choose_customer(text: str) -> str:
    with reading() as work:
        in_use = Party.active, Party.merged_into_id.is_(None)
        statement = select(Party.id, Party.name, Party.number).where(*in_use)
        if text:
            statement = statement.where(Party.id.in_(matching(PARTY, text)))
        found = work.session.execute(visible(work, statement).order_by(Party.name).limit(20)).all()
    crumbs = [(_("Quotations"), url_for(".index")), (_("New quotation"), "")]
    return render_template("sales/quotation_customers.html", found=found, q=text, crumbs=crumbs)


def _currency(work: UnitOfWork, customer: Party) -> str:
    return work.session.get_one(Company, customer.company_id).currency
