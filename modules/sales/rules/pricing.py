"""What a unit costs a customer: the ERP's price, its price lists, and what is taken off. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.money import rounded

#: Decimals of a unit price we make: Tryton and Dolibarr keep no more.
PRICE_PLACES = 4
_HUNDRED = Decimal(100)


class DiscountKind(StrEnum):
    #: Per cent of the unit price.
    PERCENT = "percent"
    #: An amount off the unit price.
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Discount:
    kind: DiscountKind
    value: Decimal

    def off(self, price: Decimal) -> Decimal:
        """What is left of ``price``; never below nothing."""
        if self.kind is DiscountKind.AMOUNT:
            return max(price - self.value, Decimal())
        return price * (_HUNDRED - self.value) / _HUNDRED


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """One row of a price list: a price of its own, or per cent off the list price.

    ``is_general`` holds for every product; a rule of the product itself goes before it.
    ``valid_until`` is the last day, included.
    """

    list_name: str
    minimum: Decimal = Decimal()
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    is_general: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, quantity: Decimal, on: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= on
        over = self.valid_until is not None and self.valid_until < on
        return begun and not over and quantity >= self.minimum

    def price(self, list_price: Decimal | None) -> Decimal | None:
        """None where it takes something off a list price that nobody knows."""
        if self.unit_price is not None:
            return self.unit_price
        if list_price is None:
            return None
        return list_price * (_HUNDRED - (self.discount or Decimal())) / _HUNDRED


@dataclass(frozen=True, slots=True)
class Price:
    """Per unit, before tax. ``list_name`` says whose price list made it; '' is the list price."""

    amount: Decimal
    list_name: str = ""


def erp_price(
    list_price: Decimal | None, rules: Iterable[PriceRule], *, quantity: Decimal, on: date
) -> Price | None:
    """What the ERP asks for one unit when so many are taken; None when nobody set a price.

    In each list the most particular rule counts: the product's own before a general one, then the
    one for the largest quantity reached. A list's price replaces the list price, also a lower one;
    of several lists the customer has, the lowest price counts.
    """
    prices = [
        Price(rounded(amount, PRICE_PLACES), rule.list_name)
        for rule in _most_particular(rules, quantity, on)
        if (amount := rule.price(list_price)) is not None
    ]
    if prices:
        return min(prices, key=lambda price: (price.amount, price.list_name))
    return None if list_price is None else Price(list_price)


def _most_particular(
    rules: Iterable[PriceRule], quantity: Decimal, on: date
) -> Sequence[PriceRule]:
    """One per price list at most."""
    found: dict[str, PriceRule] = {}
    for rule in rules:
        if not rule.holds(quantity, on):
            continue
        best = found.get(rule.list_name)
        if best is None or _rank(rule) > _rank(best):
            found[rule.list_name] = rule
    return tuple(found.values())


def _rank(rule: PriceRule) -> tuple[bool, Decimal, date]:
    """Of two for the same quantity the one that began later is the newer one."""
    return not rule.is_general, rule.minimum, rule.valid_from or date.min


def discounted(price: Decimal, discounts: Iterable[Discount | None]) -> Decimal:
    """Each discount off what the one before left; rounded once, half up, at the end."""
    for discount in discounts:
        if discount is not None:
            price = discount.off(price)
    return rounded(price, PRICE_PLACES)


def given_away(erp_price: Decimal | None, unit_price: Decimal) -> Decimal:
    """Per cent below the ERP's price, however it came about; dearer is nothing given away."""
    if not erp_price or unit_price >= erp_price:
        return Decimal()
    return rounded((erp_price - unit_price) * 100 / erp_price, 2)


def discount_limit(
    own: Decimal | None, by_role: Mapping[str, Decimal], roles: Iterable[str], *, default: Decimal
) -> Decimal:
    """Per cent somebody may give away alone: one's own limit, else the highest of one's roles."""
    if own is not None:
        return own
    return max((by_role[role] for role in roles if role in by_role), default=default)
