"""Order arithmetic and states. Pure: no session, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.money import Money, zero
from core.states import StateMachine
from core.sync.documents import Progress


class OrderState(StrEnum):
    """The commercial axis; shipping and billing are axes of their own, owned by the ERP."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CLOSED_SHORT = "closed_short"


ORDER_FLOW = StateMachine(
    {
        OrderState.DRAFT: frozenset({OrderState.CONFIRMED, OrderState.CANCELLED}),
        OrderState.CONFIRMED: frozenset(
            {
                OrderState.ON_HOLD,
                OrderState.COMPLETED,
                OrderState.CANCELLED,
                OrderState.CLOSED_SHORT,
            }
        ),
        OrderState.ON_HOLD: frozenset({OrderState.CONFIRMED, OrderState.CANCELLED}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What a line's amounts follow from. ``unit_price`` is net, per unit of ``quantity``."""

    quantity: Decimal
    unit_price: Money
    taxes: tuple[UUID, ...] = ()

    @property
    def net(self) -> Money:
        """Rounded per line, as invoices show it."""
        return (self.unit_price * self.quantity).rounded()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    net: Money
    tax: Money


def totals(lines: Iterable[Priced], rates: Mapping[UUID, Decimal], *, currency: str) -> Totals:
    """Net and estimated tax: per tax on the sum of its lines, rounded once.

    ``rates`` are per cent. The ERP's own figures replace the estimate when it answers.
    """
    net, bases = zero(currency), dict[UUID, Money]()
    for line in lines:
        net += line.net
        for tax in line.taxes:
            bases[tax] = bases.get(tax, zero(currency)) + line.net
    taxed = zero(currency)
    for tax, base in bases.items():
        taxed += (base * (rates.get(tax, Decimal()) / 100)).rounded()
    return Totals(net=net, tax=taxed)


def progress(ordered: Sequence[Decimal], done: Sequence[Decimal]) -> Progress:
    """How far ``done`` has come, place by place, towards ``ordered``."""
    if all(have >= want for want, have in zip(ordered, done, strict=True)):
        return Progress.FULL
    return Progress.PARTIAL if any(done) else Progress.NONE
