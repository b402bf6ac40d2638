"""Recency, frequency and money, each from 1 to 5."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from typing_extensions import override


class Basis(StrEnum):
    """What a score rests on."""

    #: The customer's rank among the others.
    RANKS = "ranks"
    #: Fixed steps, since there are too few customers to rank.
    RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """One customer within the window."""

    days_since: int
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rfm:
    recency: int
    frequency: int
    money: int

    @override
    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.money}"


#: Most days since the last purchase, and fewest orders a year, for 5, 4, 3 and 2.
_DAYS = (30, 90, 180, 365)
_ORDERS = (12, 6, 3, 2)
#: Fewest per cent of all revenue.
_SHARES = (20, 10, 5, 1)


def scored(buyers: Mapping[UUID, Buyer], *, enough: int) -> tuple[Mapping[UUID, Rfm], Basis]:
    """By quintiles of ``buyers``; by fixed steps where there are fewer than ``enough``.

    Equal values get equal scores: 1 plus how many fifths of all customers stand strictly below.
    """
    if len(buyers) < enough:
        return {key: _by_rules(buyer, _total(buyers)) for key, buyer in buyers.items()}, Basis.RULES
    late = sorted(-buyer.days_since for buyer in buyers.values())
    orders = sorted(buyer.orders for buyer in buyers.values())
    revenue = sorted(buyer.revenue for buyer in buyers.values())
    found = {
        key: Rfm(
            recency=_fifth(late, -buyer.days_since),
            frequency=_fifth(orders, buyer.orders),
            money=_fifth(revenue, buyer.revenue),
        )
        for key, buyer in buyers.items()
    }
    return found, Basis.RANKS


def _fifth(ordered: Sequence[Decimal] | Sequence[int], value: Decimal | int) -> int:
    return 1 + 5 * bisect_left(ordered, value) // len(ordered)


def _by_rules(buyer: Buyer, total: Decimal) -> Rfm:
    share = buyer.revenue * 100 / total if total > 0 else Decimal()
    return Rfm(
        recency=_step([buyer.days_since <= days for days in _DAYS]),
        frequency=_step([buyer.orders >= orders for orders in _ORDERS]),
        money=_step([share >= least for least in _SHARES]),
    )


def _step(reached: list[bool]) -> int:
    return 5 - reached.index(True) if True in reached else 1


def _total(buyers: Mapping[UUID, Buyer]) -> Decimal:
    return sum((max(Decimal(), buyer.revenue) for buyer in buyers.values()), Decimal())
