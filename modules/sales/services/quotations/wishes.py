"""What a caller wants offered, and everything that may be wrong with it, named by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import visible
from core.errors import Invalid
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.catalog.rules import places_of
from modules.catalog.services import products_by_sku
from modules.contacts.models import Party
from modules.sales.models import Opportunity
from modules.sales.rules.pricing import Discount, DiscountKind
from modules.sales.services.quotations.prices import Quoted, quote
from modules.sales.services.wishes import (
    PRICE_PLACES,
    Checked,
    LineWish,
    OrderWish,
    check,
    customer_for,
)

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """``price`` None takes the ERP's; ``promised_on`` None the quotation's own day."""

    sku: str
    quantity: Decimal
    price: Decimal | None = None
    discount: Discount | None = None
    text: str = ""
    promised_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWish:
    """``valid_until`` None: as long as the company's policy says; ``discount`` is per cent."""

    customer_id: UUID
    currency: str
    lines: tuple[OfferLine, ...]
    valid_until: date | None = None
    promised_on: date | None = None
    discount: Decimal = Decimal()
    terms: str = ""
    opportunity_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A wish that can be granted: the ERP's price of each line, in order."""

    checked: Checked
    quoted: list[Quoted]


def grant(work: UnitOfWork, wish: OfferWish) -> Granted:
    """Raise Invalid naming every field that is wrong: ``lines.0.sku``."""
    customer = customer_for(work, wish.customer_id)
    today = utcnow().date()
    quoted = _quoted(work, customer, wish, today)
    problems = _own_problems(wish, today) | _opportunity_problem(work, wish)
    try:
        checked = check(work, _priced_by_the_erp(wish, quoted))
    except Invalid as error:
        raise Invalid(str(error), fields={**error.fields, **problems}) from error
    if problems:
        raise Invalid(_("The quotation can not be taken like this."), fields=problems)
    return Granted(checked, [one for one in quoted if one is not None])


def _quoted(work: UnitOfWork, customer: Party, wish: OfferWish, today: date) -> list[Quoted | None]:
    """None for a line whose product is not there."""
    skus = [line.sku for line in wish.lines]
    products = products_by_sku(work, customer.company_id, skus) if skus else {}
    wanted: list[tuple[Product, Decimal]] = [
        (products[line.sku], line.quantity) for line in wish.lines if line.sku in products
    ]
    quoted = iter(quote(work, customer, wanted, currency=wish.currency, on=today))
    return [next(quoted) if line.sku in products else None for line in wish.lines]


def _priced_by_the_erp(wish: OfferWish, quoted: list[Quoted | None]) -> OrderWish:
    """As an order of the same lines: what can not be ordered can not be offered either."""
    lines = []
    for line, found in zip(wish.lines, quoted, strict=True):
        theirs = found.price.amount if found is not None and found.price is not None else None
        price = line.price if line.price is not None else theirs
        lines.append(LineWish(sku=line.sku, quantity=line.quantity, unit_price=price))
    return OrderWish(customer_id=wish.customer_id, currency=wish.currency, lines=tuple(lines))


def _own_problems(wish: OfferWish, today: date) -> dict[str, str]:
    problems = {}
    if wish.valid_until is not None and wish.valid_until < today:
        problems["valid_until"] = _("This day is over already.")
    if wish.promised_on is not None and wish.promised_on < today:
        problems["promised_on"] = _("This day is over already.")
    if reason := _discount_problem(Discount(DiscountKind.PERCENT, wish.discount)):
        problems["discount"] = reason
    for place, line in enumerate(wish.lines):
        if line.discount is not None and (reason := _discount_problem(line.discount)):
            problems[f"lines.{place}.discount"] = reason
        if line.promised_on is not None and line.promised_on < today:
            problems[f"lines.{place}.promised_on"] = _("This day is over already.")
    return problems


def _opportunity_problem(work: UnitOfWork, wish: OfferWish) -> dict[str, str]:
    """A yes wins it, so it has to be one of this customer's."""
    if wish.opportunity_id is None:
        return {}
    whose = select(Opportunity.party_id).where(Opportunity.id == wish.opportunity_id)
    if work.session.scalar(visible(work, whose)) == wish.customer_id:
        return {}
    return {"opportunity_id": _("The customer has no such opportunity.")}


def _discount_problem(discount: Discount) -> str | None:
    if places_of(discount.value) > PRICE_PLACES:
        return _("A discount has at most %(places)s decimals.", places=PRICE_PLACES)
    if discount.value < 0:
        return _("A discount is not negative.")
    if discount.kind is DiscountKind.PERCENT and discount.value > _HUNDRED:
        return _("A discount is at most 100 per cent.")
    return None
