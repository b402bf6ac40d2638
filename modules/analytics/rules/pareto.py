"""80/20: who brings most of it, on revenue or on margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class Abc(StrEnum):
    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per cent of the whole that A, and A with B, bring."""

    a: Decimal = Decimal(80)
    b: Decimal = Decimal(95)


def ranked(amounts: Mapping[UUID, Decimal], limits: Limits) -> dict[UUID, Abc]:
    """Who is added while the share before them is below the limit belongs to the tier.

    So the one who crosses it is still in. Nobody who brings nothing is more than C.
    """
    total = sum((amount for amount in amounts.values() if amount > 0), Decimal())
    found, before = dict[UUID, Abc](), Decimal()
    for key, amount in sorted(amounts.items(), key=lambda item: (-item[1], item[0])):
        found[key] = _tier(before, total, limits) if amount > 0 else Abc.C
        before += max(Decimal(), amount)
    return found


def heads(amounts: Mapping[UUID, Decimal], share: Decimal) -> int:
    """How many customers, the best first, it takes to bring ``share`` per cent."""
    ordered = sorted((amount for amount in amounts.values() if amount > 0), reverse=True)
    wanted, sum_so_far = sum(ordered, Decimal()) * share / 100, Decimal()
    for number, amount in enumerate(ordered, start=1):
        sum_so_far += amount
        if sum_so_far >= wanted:
            return number
    return 0


def _tier(before: Decimal, total: Decimal, limits: Limits) -> Abc:
    if before * 100 < limits.a * total:
        return Abc.A
    return Abc.B if before * 100 < limits.b * total else Abc.C
