"""Scores over HTTP, and the lines and costs of products."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from core.api.blueprint import ApiBlueprint
from core.api.fields import CurrencyCode, Id, MoneyAmount, UnitPrice, Words
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, writes
from core.security.guard import requires
from core.work import UnitOfWork
from modules.analytics.lists import PRODUCTS, SCORES
from modules.analytics.models import ProductFact
from modules.analytics.rules.churn import Rhythm
from modules.analytics.rules.pareto import Abc
from modules.analytics.rules.rfm import Basis
from modules.analytics.rules.value import ValueClass, Why
from modules.analytics.services.products import put_fact

blueprint = ApiBlueprint("analytics", __name__, description="How customers are scored, and why.")


class ScoreSchema(Schema):
    party_id = Id()
    party = fields.String()
    currency = CurrencyCode()
    revenue = MoneyAmount(metadata={"description": "Of twelve months, net of tax."})
    margin = MoneyAmount(allow_none=True, metadata={"description": "None: no cost is known."})
    orders = fields.Integer()
    last_on = fields.Date()
    rfm = fields.String()
    rfm_basis = fields.Enum(Basis, by_value=True)
    sample = fields.Integer(metadata={"description": "Customers the ranks rest on."})
    abc = fields.Enum(Abc, by_value=True)
    abc_margin = fields.Enum(Abc, by_value=True, allow_none=True)
    abc_since = fields.Date()
    value_class = fields.Enum(ValueClass, by_value=True)
    why = fields.Enum(Why, by_value=True)
    figure = MoneyAmount()
    churn = fields.Integer(metadata={"description": "Risk of leaving, of 100."})
    churn_reasons = fields.List(fields.String())
    rhythm = fields.Enum(Rhythm, by_value=True)
    gaps = fields.Integer(metadata={"description": "Gaps the customer's own rhythm rests on."})
    days_since = fields.Integer()
    expected_days = fields.Integer()
    scored_on = fields.Date()


class ProductFactSchema(Schema):
    id = Id()
    sku = fields.String()
    name = fields.String()
    line = fields.String(allow_none=True)
    cost = UnitPrice(allow_none=True)


class PutFactSchema(Schema):
    line = Words(120, load_default="")
    cost = UnitPrice(load_default=None, allow_none=True, least=0)


class SavedFactSchema(Schema):
    product_id = Id()
    line = fields.String()
    cost = UnitPrice(allow_none=True)


@blueprint.get("/analytics/scores")
@requires("analytics.read")
@lists(SCORES, ScoreSchema)
def scores(work: UnitOfWork, query: ListQuery) -> Page:
    """Customers with their scores, most revenue first."""
    return page(work, SCORES, query)


@blueprint.get("/analytics/products")
@requires("analytics.read")
@lists(PRODUCTS, ProductFactSchema)
def products(work: UnitOfWork, query: ListQuery) -> Page:
    """Products with their line and cost, where these are known."""
    return page(work, PRODUCTS, query)


@blueprint.put("/analytics/products/<uuid:product_id>")
@requires("analytics.set_up")
@writes(SavedFactSchema, takes=PutFactSchema)
def put_product(work: UnitOfWork, body: dict[str, Any], product_id: UUID) -> ProductFact:
    """Say a product's line and cost; margins follow with the next nightly rebuilding."""
    return put_fact(work, product_id, line=body["line"], cost=body["cost"])
