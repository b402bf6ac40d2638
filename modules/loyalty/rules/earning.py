"""How many points an invoice earns, and how many a credit note takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from modules.loyalty.rules.states import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One line of an invoice."""

    product_id: UUID | None
    quantity: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What a paid invoice says; ``net`` is before tax, in ``currency``."""

    currency: str
    net: Decimal
    issued_on: date
    lines: Sequence[Bought]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one rule gives: ``points`` per unit of the currency, or per piece of the product."""

    scope: Scope
    points: Decimal
    currency: str
    product_id: UUID | None = None
    #: Invoices of less, net, earn nothing by it.
    minimum: Decimal = Decimal()
    #: A campaign: first and last day of invoices that count.
    starts_on: date | None = None
    ends_on: date | None = None


def points_of(paid: Paid, terms: Terms, *, percent: int) -> int:
    """Whole points; fractions are dropped. ``percent`` is what the member's tier earns of 100."""
    if not _applies(paid, terms):
        return 0
    counted = _counted(paid, terms)
    return max(0, whole(counted * terms.points * percent / 100))


def whole(points: Decimal) -> int:
    return int(points.to_integral_value(rounding=ROUND_FLOOR))


def to_take_back(points: int, *, credited: Decimal, total: Decimal) -> int:
    """Of ``points`` earned by an invoice over ``total``, those that ``credited`` of it undoes.

    What stays is rounded down: several small credit notes take back all that one large one would.
    """
    if total <= 0:
        return points
    # Whole division: a share of its own, rounded first, loses a point where nothing is to round.
    return points - int(points * max(Decimal(), total - credited) // total)


def _applies(paid: Paid, terms: Terms) -> bool:
    return (
        paid.currency == terms.currency
        and paid.net >= terms.minimum
        and (terms.starts_on is None or paid.issued_on >= terms.starts_on)
        and (terms.ends_on is None or paid.issued_on <= terms.ends_on)
    )


def _counted(paid: Paid, terms: Terms) -> Decimal:
    if terms.scope is Scope.AMOUNT:
        return paid.net
    pieces = (line.quantity for line in paid.lines if line.product_id == terms.product_id)
    return sum(pieces, Decimal())
