"""Opportunities: their states, and what a forecast makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.money import Money
from core.states import StateMachine


class OpportunityState(StrEnum):
    """Apart from the stage, which is a place in a pipeline of the company's own making."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ON_HOLD = "on_hold"


_O = OpportunityState
OPPORTUNITY_FLOW = StateMachine(
    {
        _O.OPEN: frozenset({_O.WON, _O.LOST, _O.ON_HOLD}),
        _O.ON_HOLD: frozenset({_O.OPEN}),
        # Reopened, with a reason.
        _O.LOST: frozenset({_O.OPEN}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Open opportunities of one owner, one day and one probability, added up."""

    closes_on: date | None
    owner_id: UUID | None
    amount: Money
    #: Per cent.
    probability: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    #: The first of the month; None: nobody said when.
    month: date | None
    owner_id: UUID | None
    currency: str
    number: int
    amount: Decimal
    weighted: Decimal


def forecast(expected: Iterable[Expected]) -> list[Forecast]:
    """Per month, owner and currency; the weighted amount is rounded once, at the end."""
    sums: dict[tuple[date | None, UUID | None, str], tuple[int, Decimal, Decimal]] = {}
    for one in expected:
        month = one.closes_on.replace(day=1) if one.closes_on else None
        key = (month, one.owner_id, one.amount.currency)
        number, amount, weighted = sums.get(key, (0, Decimal(), Decimal()))
        whole = one.amount.amount
        sums[key] = (
            number + one.number,
            amount + whole,
            weighted + whole * one.probability / 100,
        )
    found = [
        Forecast(
            month=month,
            owner_id=owner,
            currency=currency,
            number=number,
            amount=amount,
            weighted=Money(weighted, currency).rounded().amount,
        )
        for (month, owner, currency), (number, amount, weighted) in sums.items()
    ]
    return sorted(found, key=_place)


def _place(one: Forecast) -> tuple[bool, date, str, str]:
    """Months in order, those without a day last."""
    return (one.month is None, one.month or date.min, one.currency, str(one.owner_id))
