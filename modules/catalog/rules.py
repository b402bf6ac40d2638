"""Units and quantities. Pure: no session, no clock."""

from __future__ import annotations

from decimal import Decimal

#: Decimals any quantity here can have.
MOST_PLACES = 6


def places_of(quantity: Decimal) -> int:
    """Decimals that matter: 2.50 has one."""
    exponent = quantity.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else MOST_PLACES + 1


def fits(quantity: Decimal, quantity_places: int | None) -> bool:
    """Whether the ERP takes a quantity with these decimals."""
    return places_of(quantity) <= most_places(quantity_places)


def most_places(quantity_places: int | None) -> int:
    """``quantity_places`` as the ERP said it, within what can be stored here."""
    return MOST_PLACES if quantity_places is None else min(quantity_places, MOST_PLACES)
