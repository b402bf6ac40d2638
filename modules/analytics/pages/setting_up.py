"""Thresholds, and the lines and costs of products."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.companies import fetch, home
from core.requests import reading, writing
from core.security.guard import requires
from core.web.columns import link, made, money, text
from core.web.formats import number
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, ListPage
from modules.analytics.lists import PRODUCTS
from modules.analytics.models import Settings
from modules.analytics.pages.blueprint import READ, SET_UP, blueprint
from modules.analytics.services.products import fact_of, put_fact
from modules.analytics.services.settings import change_settings, settings_of
from modules.catalog.models import Product


def _percent(title: str, *, most: int = 100, help_: str = "") -> fields.Decimal:
    return fields.Decimal(
        required=True,
        places=2,
        validate=validate.Range(min=1, max=most),
        metadata={"title": title, "help": help_},
    )


def _whole(title: str, least: int, most: int, *, help_: str = "") -> fields.Integer:
    return fields.Integer(
        required=True,
        validate=validate.Range(least, most),
        metadata={"title": title, "help": help_},
    )


class SettingsForm(Schema):
    a_percent = _percent(_l("Tier A brings, per cent"))
    b_percent = _percent(_l("A and B bring, per cent"))
    growth_percent = _percent(
        _l("Growable from a growth of, per cent"),
        most=1000,
        help_=_l("The last half year against the one before."),
    )
    least_orders = _whole(_l("and from so many orders a year"), 1, 1000)
    complaint_cost = fields.Decimal(
        required=True,
        places=2,
        validate=validate.Range(min=0, max=1_000_000),
        metadata={
            "title": _l("Cost of a complaint"),
            "help": _l("Taken off a customer's margin: who is below zero is shown as that."),
        },
    )
    churn_points = _whole(_l("Warn from a risk of"), 1, 100)
    enough = _whole(
        _l("Rank from so many customers"),
        5,
        1000,
        help_=_l("With fewer, fixed steps are used in place of ranks, and said so."),
    )


class ProductForm(Schema):
    line = fields.String(
        validate=validate.Length(max=120),
        metadata={
            "title": _l("Product line"),
            "help": _l("Dearer of the same line is an up-sell, of another a cross-sell."),
        },
    )
    cost = fields.Decimal(
        allow_none=True,
        places=6,
        validate=validate.Range(min=0, max=1_000_000_000),
        metadata={"title": _l("Cost per unit"), "help": _l("Empty: not known.")},
    )


PRODUCT_LIST = ListPage(
    title=_l("Lines and costs"),
    listing=PRODUCTS,
    template="analytics/list.html",
    search=_l("SKU or name"),
    columns=(
        link("sku", _l("Product"), to="analytics_pages.product"),
        text("name", _l("Name")),
        text("line", _l("Line")),
        money("unit_price", _l("List price")),
        made("cost", _l("Cost"), lambda row: "" if row.cost is None else number(row.cost),
             at_end=True),
    ),
    empty=Empty(_l("Products come from your ERP; here you say their line and cost.")),
)  # fmt: skip


@blueprint.get("/products/")
@requires(READ)
def products() -> ResponseReturnValue:
    return PRODUCT_LIST.answer()


@blueprint.route("/products/<uuid:key>", methods=["GET", "POST"])
@requires(SET_UP)
def product(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        name = fetch(work, Product, key).name
        fact = fact_of(work, key)
    title, back = _("Line and cost of %(name)s", name=name), url_for(".products")
    if request.method == "GET":
        stored = {"line": fact.line, "cost": fact.cost} if fact else {}
        return form_page(Form(ProductForm(), stored), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            put_fact(work, key, line=data["line"], cost=data["cost"])
        return back

    return submit(Form.sent(ProductForm(), request.form), save, title=title, back=back)


@blueprint.route("/settings", methods=["GET", "POST"])
@requires(SET_UP)
def settings() -> ResponseReturnValue:
    with reading() as work:
        company_id = home(work)
        found = settings_of(work, company_id)
    title, back = _("Thresholds"), url_for(".index")
    if request.method == "GET":
        return form_page(
            Form(SettingsForm(), _values(found), found.version), title=title, back=back
        )
    form = Form.sent(SettingsForm(), request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_settings(work, company_id, data, version=form.version)
        return back

    def fresh() -> Stored:
        with reading() as work:
            now = settings_of(work, company_id)
        return Stored(_values(now), now.version)

    return submit(form, save, title=title, back=back, fresh=fresh)


def _values(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in SettingsForm().load_fields}
