"""What was promised against what the ERP says happened. Pure: no session, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PromiseKind(StrEnum):
    #: Goods leave by a day.
    DELIVERY = "delivery"
    #: They cost no more than was said.
    PRICE = "price"


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    #: Done, after the day.
    LATE = "late"
    #: The day is over and it is not done, or it came out dearer.
    BROKEN = "broken"


#: Of these the rate is made; an open one has not been decided.
DECIDED = (PromiseState.KEPT, PromiseState.LATE, PromiseState.BROKEN)
#: What an invoiced unit may cost more than promised, since amounts are rounded per line.
PRICE_SLACK = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Moved:
    """What left on a day; a return is negative."""

    on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    state: PromiseState
    #: When it was done; None: not yet.
    on: date | None = None


def fulfilled_on(moves: Iterable[Moved], quantity: Decimal) -> date | None:
    """The day the promised quantity was complete; what came back is missing again."""
    done, day = Decimal(), None
    for move in sorted(moves, key=lambda one: one.on):
        complete = done >= quantity
        done += move.quantity
        if done >= quantity and not complete:
            day = move.on
    return day if done >= quantity else None


def judge_delivery(
    promised_on: date, moves: Iterable[Moved], quantity: Decimal, *, today: date
) -> Verdict:
    day = fulfilled_on(moves, quantity)
    if day is not None:
        return Verdict(PromiseState.KEPT if day <= promised_on else PromiseState.LATE, day)
    return Verdict(PromiseState.BROKEN if today > promised_on else PromiseState.OPEN)


def judge_price(promised: Decimal, invoiced: Decimal) -> PromiseState:
    """Per unit, both before tax."""
    kept = invoiced <= promised + PRICE_SLACK
    return PromiseState.KEPT if kept else PromiseState.BROKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRate:
    """Of ``decided`` promises ``kept`` were kept: no rate without a promise that was decided."""

    kept: int
    late: int
    broken: int
    open: int

    @property
    def decided(self) -> int:
        return self.kept + self.late + self.broken

    @property
    def percent(self) -> int | None:
        """Whole per cent, half up."""
        decided = self.decided
        return (200 * self.kept + decided) // (2 * decided) if decided else None
