"""Most valuable, most growable, below zero, and the rest; each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from modules.analytics.rules.pareto import Abc


class ValueClass(StrEnum):
    MOST_VALUABLE = "most_valuable"
    MOST_GROWABLE = "most_growable"
    BELOW_ZERO = "below_zero"
    STEADY = "steady"


class Why(StrEnum):
    A_BY_MARGIN = "a_by_margin"
    A_BY_REVENUE = "a_by_revenue"
    GROWS = "grows"
    MARGIN_BELOW_COST = "margin_below_cost"
    NOTHING_SPECIAL = "nothing_special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """``margin`` None: no cost of what was bought is known. ``service`` is our cost to serve."""

    margin: Decimal | None
    service: Decimal
    by_margin: Abc | None
    by_revenue: Abc
    #: Net revenue of the last half year, and of the one before.
    half: Decimal
    half_before: Decimal
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    value_class: ValueClass
    why: Why
    #: Per cent, or an amount: what the reason's words are filled with.
    figure: Decimal


def judged(worth: Worth, *, growth: Decimal, least_orders: int) -> Verdict:
    """``growth`` is the per cent by which the last half year has to exceed the one before."""
    if worth.margin is not None and worth.margin - worth.service < 0:
        left = worth.margin - worth.service
        return Verdict(value_class=ValueClass.BELOW_ZERO, why=Why.MARGIN_BELOW_COST, figure=left)
    if worth.by_margin is Abc.A and worth.margin is not None:
        return _valuable(Why.A_BY_MARGIN, worth.margin)
    if worth.by_margin is None and worth.by_revenue is Abc.A:
        return _valuable(Why.A_BY_REVENUE, worth.half + worth.half_before)
    if worth.half_before > 0 and worth.orders >= least_orders:
        rise = (worth.half / worth.half_before - 1) * 100
        if rise >= growth:
            return Verdict(
                value_class=ValueClass.MOST_GROWABLE,
                why=Why.GROWS,
                figure=rise.quantize(Decimal(1)),
            )
    return Verdict(value_class=ValueClass.STEADY, why=Why.NOTHING_SPECIAL, figure=Decimal())


def _valuable(why: Why, figure: Decimal) -> Verdict:
    return Verdict(value_class=ValueClass.MOST_VALUABLE, why=why, figure=figure)
