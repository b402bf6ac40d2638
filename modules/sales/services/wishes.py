"""What a caller wants ordered, and everything that may be wrong with it, named by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.companies import Company, fetch
from core.errors import Invalid, NotFound
from core.sync.arithmetic import Arithmetic
from core.sync.facts import arithmetic_of
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.catalog.rules import fits, most_places, places_of
from modules.catalog.services import products_by_sku
from modules.contacts.models import Party
from modules.contacts.services.following import standing

#: Decimals of a unit price.
PRICE_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWish:
    """``unit_price`` None takes the list price; ``uom`` None the product's own unit."""

    sku: str
    quantity: Decimal
    unit_price: Decimal | None = None
    uom: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWish:
    customer_id: UUID
    currency: str
    lines: tuple[LineWish, ...]
    client_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A wish that can be granted: its customer, and a product per line."""

    customer: Party
    company: Company
    products: Mapping[str, Product]
    #: How the ERP the order goes to adds up.
    arithmetic: Arithmetic


def check(work: UnitOfWork, wish: OrderWish) -> Checked:
    """Raise Invalid naming every field that is wrong: ``lines.0.sku``."""
    customer = customer_for(work, wish.customer_id)
    company = work.session.get_one(Company, customer.company_id)
    problems: dict[str, str] = {}
    if wish.currency != company.currency:
        problems["currency"] = _(
            "%(company)s sells in %(currency)s.", company=company.name, currency=company.currency
        )
    skus = [line.sku for line in wish.lines]
    products = products_by_sku(work, company.id, skus) if skus else {}
    for position, line in enumerate(wish.lines):
        for field, reason in _line_problems(line, products.get(line.sku), company).items():
            problems[f"lines.{position}.{field}"] = reason
    if problems:
        raise Invalid(_("The order can not be taken like this."), fields=problems)
    arithmetic = arithmetic_of(work, company.id)
    return Checked(customer=customer, company=company, products=products, arithmetic=arithmetic)


def customer_for(work: UnitOfWork, customer_id: UUID) -> Party:
    """Who is meant, also by the id of a party that was merged into them.

    Raise Invalid for somebody nothing can be sold to.
    """
    refused = _("The order can not be taken like this.")
    try:
        customer = fetch(work, Party, standing(work, customer_id))
    except NotFound as error:
        words = _("There is no such customer.")
        raise Invalid(refused, fields={"customer_id": words}) from error
    if not customer.active:
        words = _("%(name)s is archived: bring the customer back first.", name=customer.name)
        raise Invalid(refused, fields={"customer_id": words})
    return customer


def _line_problems(line: LineWish, product: Product | None, company: Company) -> dict[str, str]:
    if product is None:
        return {"sku": _("There is no product %(sku)s for sale.", sku=line.sku)}
    problems = {}
    if line.quantity <= 0:
        problems["quantity"] = _("Order more than nothing.")
    elif not fits(line.quantity, product.quantity_places):
        problems["quantity"] = _(
            "%(sku)s is sold with at most %(places)s decimals.",
            sku=product.sku,
            places=most_places(product.quantity_places),
        )
    if line.uom not in (None, product.uom):
        problems["unit"] = _("%(sku)s is sold by %(unit)s.", sku=product.sku, unit=product.uom)
    if reason := _price_problem(line, product, company):
        problems["unit_price"] = reason
    return problems


def _price_problem(line: LineWish, product: Product, company: Company) -> str | None:
    if line.unit_price is None:
        if product.unit_price is None or product.currency != company.currency:
            return _(
                "%(sku)s has no list price in %(currency)s: give one.",
                sku=product.sku,
                currency=company.currency,
            )
        return None
    if line.unit_price < 0:
        return _("A price is not negative.")
    if places_of(line.unit_price) > PRICE_PLACES:
        return _("A price has at most %(places)s decimals.", places=PRICE_PLACES)
    return None
