"""Order arithmetic and states. Pure: no session, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.money import Money, Rounding, zero
from core.states import StateMachine
from core.sync.arithmetic import COMMERCIAL, Arithmetic, TaxedOn
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
    rounding: Rounding = Rounding.HALF_UP

    @property
    def exact(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def net(self) -> Money:
        """Rounded per line, as invoices show it."""
        return self.exact.rounded(self.rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    net: Money
    tax: Money


def totals(
    lines: Iterable[Priced],
    rates: Mapping[UUID, Decimal],
    *,
    currency: str,
    arithmetic: Arithmetic = COMMERCIAL,
) -> Totals:
    """Net and estimated tax, added up as the ERP does.

    ``rates`` are per cent. The ERP's own figures replace the estimate when it answers.
    """
    these = tuple(lines)
    net = sum((line.net for line in these), zero(currency))
    by_groups = arithmetic.taxed_on is TaxedOn.EXACT_GROUPS
    add_up = _taxed_by_groups if by_groups else _taxed_on_rounded_lines
    return Totals(net=net, tax=add_up(these, rates, zero(currency), arithmetic.rounding))


def _taxed_on_rounded_lines(
    lines: Sequence[Priced], rates: Mapping[UUID, Decimal], nothing: Money, how: Rounding
) -> Money:
    bases = dict[UUID, Money]()
    for line in lines:
        for tax in line.taxes:
            bases[tax] = bases.get(tax, nothing) + line.net
    taxes = (_share(base, rates, tax).rounded(how) for tax, base in bases.items())
    return sum(taxes, nothing)


def _taxed_by_groups(
    lines: Sequence[Priced], rates: Mapping[UUID, Decimal], nothing: Money, how: Rounding
) -> Money:
    groups = dict[tuple[UUID, ...], Money]()
    for line in lines:
        groups[line.taxes] = groups.get(line.taxes, nothing) + line.exact
    taxed = nothing
    for taxes, base in groups.items():
        exact = [_share(base, rates, tax) for tax in taxes]
        each = sum((tax.rounded(how) for tax in exact), nothing)
        # What the roundings add up to is taken back where it comes to a whole step.
        taxed += each - (each - sum(exact, nothing)).rounded(how)
    return taxed


def _share(base: Money, rates: Mapping[UUID, Decimal], tax: UUID) -> Money:
    return base * (rates.get(tax, Decimal()) / 100)


def progress(ordered: Sequence[Decimal], done: Sequence[Decimal]) -> Progress:
    """How far ``done`` has come, place by place, towards ``ordered``."""
    if all(have >= want for want, have in zip(ordered, done, strict=True)):
        return Progress.FULL
    return Progress.PARTIAL if any(done) else Progress.NONE
