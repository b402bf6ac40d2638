"""What the ERP asks a customer for its products: list prices and the customer's price lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import or_, select

from core import traits
from core.companies import visible
from core.sync.facts import known_until
from core.work import UnitOfWork
from modules.catalog.erp import PRODUCT
from modules.catalog.models import Product
from modules.contacts.models import Party
from modules.sales.kinds import PRICE_LIST
from modules.sales.models import PriceList, PriceListCustomer, PriceListRule
from modules.sales.rules.pricing import Price, PriceRule, erp_price

#: The name of a price list a customer has earned; of whichever module gives it.
EARNED_LIST = "loyalty.price_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The ERP's price of a product for a customer, and until when it is known to hold."""

    price: Price | None
    source: str
    known_until: datetime


def quote(
    work: UnitOfWork,
    customer: Party,
    wanted: Sequence[tuple[Product, Decimal]],
    *,
    currency: str,
    on: date,
) -> list[Quoted]:
    """One per product and quantity, in order; three queries, however many there are."""
    rules = _rules(work, customer, [product.id for product, _quantity in wanted], currency)
    until = known_until(work, [PRODUCT, PRICE_LIST])
    return [
        Quoted(
            price=erp_price(_list_price(product, currency), fitting, quantity=quantity, on=on),
            source=product.source,
            known_until=_known(product, until, by_list=bool(fitting)),
        )
        for product, quantity in wanted
        for fitting in [[*rules.get(product.id, ()), *rules.get(None, ())]]
    ]


def prices_known_until(work: UnitOfWork, products: Sequence[Product]) -> Mapping[UUID, datetime]:
    until = known_until(work, [PRODUCT])
    return {product.id: _known(product, until, by_list=False) for product in products}


def _known(
    product: Product, until: Mapping[tuple[str, str], datetime], *, by_list: bool
) -> datetime:
    """The older of what the price was made of; a product nobody polls is as it was observed."""
    own = until.get((product.source, PRODUCT), product.observed_at)
    return min(own, until.get((product.source, PRICE_LIST), own)) if by_list else own


def _list_price(product: Product, currency: str) -> Decimal | None:
    return product.unit_price if product.currency == currency else None


def _rules(
    work: UnitOfWork, customer: Party, products: Sequence[UUID], currency: str
) -> dict[UUID | None, list[PriceRule]]:
    """By product; None: the rules that hold for every product."""
    given = select(PriceListCustomer.price_list_id).where(
        PriceListCustomer.customer_id == customer.id
    )
    earned = traits.value(work, EARNED_LIST, customer.id)
    mine = PriceList.id.in_(given)
    statement = (
        select(PriceListRule, PriceList.name)
        .join(PriceList, PriceList.id == PriceListRule.price_list_id)
        .where(
            PriceList.company_id == customer.company_id,
            PriceList.currency == currency,
            PriceList.active,
            or_(mine, PriceList.name == earned) if earned else mine,
            or_(PriceListRule.product_id.in_(products), PriceListRule.product_id.is_(None)),
        )
    )
    found: dict[UUID | None, list[PriceRule]] = {}
    for row, name in work.session.execute(visible(work, statement)):
        found.setdefault(row.product_id, []).append(_rule(row, name))
    return found


def _rule(row: PriceListRule, name: str) -> PriceRule:
    return PriceRule(
        list_name=name,
        minimum=row.minimum,
        unit_price=row.unit_price,
        discount=row.discount,
        is_general=row.product_id is None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
