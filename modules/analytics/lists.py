"""What the list of scored customers sorts, filters and searches by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from core.api.listing import Listing
from core.search import matching
from modules.analytics.models import ProductFact, Score
from modules.catalog.models import Product
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party


def _found(text: str) -> ColumnElement[bool]:
    return Score.party_id.in_(matching(PARTY, text))


def _product(text: str) -> ColumnElement[bool]:
    words = text.strip()
    return Product.sku.istartswith(words, autoescape=True) | Product.name.icontains(
        words, autoescape=True
    )


SCORES = Listing(
    name="scores",
    statement=select(
        Score.id,
        Score.party_id,
        Party.name.label("party"),
        Score.currency,
        Score.revenue,
        Score.margin,
        Score.orders,
        Score.last_on,
        Score.rfm,
        Score.rfm_basis,
        Score.sample,
        Score.abc,
        Score.abc_margin,
        Score.abc_since,
        Score.value_class,
        Score.why,
        Score.figure,
        Score.churn,
        Score.churn_reasons,
        Score.rhythm,
        Score.gaps,
        Score.days_since,
        Score.expected_days,
        Score.scored_on,
    ).join(Party, Party.id == Score.party_id),
    sorts={
        "revenue": Score.revenue,
        "churn": Score.churn,
        "last_on": Score.last_on,
        "id": Score.id,
    },
    default="-revenue",
    filters={
        "abc": Score.abc,
        "abc_margin": Score.abc_margin,
        "value_class": Score.value_class,
        "rfm": Score.rfm,
        "party_id": Score.party_id,
        "owner_id": Party.owner_id,
        "at_risk": lambda text: Score.churn >= int(text),
    },
    search=_found,
)

PRODUCTS = Listing(
    name="products",
    statement=select(
        Product.id,
        Product.sku,
        Product.name,
        Product.unit_price,
        Product.currency,
        ProductFact.line,
        ProductFact.cost,
    )
    .outerjoin(ProductFact, ProductFact.product_id == Product.id)
    .where(Product.active),
    sorts={"sku": Product.sku, "id": Product.id},
    default="sku",
    filters={"line": ProductFact.line},
    search=_product,
)
