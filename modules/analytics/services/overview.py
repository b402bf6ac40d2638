"""The figures of a company at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.work import UnitOfWork
from modules.analytics.models import Evidence, Month, Score
from modules.analytics.rules.months import last_months
from modules.analytics.rules.pareto import Abc
from modules.analytics.rules.value import ValueClass
from modules.analytics.services.warning import claims, evidence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A month of the company; ``margin`` of what has a known cost."""

    month: date
    revenue: Decimal
    margin: Decimal
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Customers of one tier or class, and what they brought in twelve months."""

    customers: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    bars: list[Bar]
    tiers: dict[Abc, Group]
    classes: dict[ValueClass, Group]
    #: Customers with a score, and per cent of revenue whose cost is known.
    customers: int
    costed_percent: int
    scored_on: date | None
    evidence: Evidence | None
    claims: bool

    @property
    def is_empty(self) -> bool:
        return not any(bar.revenue for bar in self.bars)

    @property
    def revenue(self) -> Decimal:
        return sum((group.revenue for group in self.tiers.values()), Decimal())


def overview(work: UnitOfWork, company_id: UUID, today: date) -> Overview:
    """Five queries, however many customers there are."""
    bars, costed = _bars(work, company_id, today)
    revenue = sum((bar.revenue for bar in bars), Decimal())
    tiers = _groups(work, company_id, Score.abc)
    classes = _groups(work, company_id, Score.value_class)
    last = select(func.max(Score.scored_on)).where(Score.company_id == company_id)
    evidence = evidence_of(work, company_id)
    return Overview(
        bars=bars,
        tiers={tier: tiers.get(tier, Group(customers=0, revenue=Decimal())) for tier in Abc},
        classes={
            one: classes.get(one, Group(customers=0, revenue=Decimal())) for one in ValueClass
        },
        customers=sum(group.customers for group in tiers.values()),
        costed_percent=round(100 * costed / revenue) if revenue > 0 else 0,
        scored_on=work.session.scalar(last),
        evidence=evidence,
        claims=claims(evidence),
    )


def _bars(work: UnitOfWork, company_id: UUID, today: date) -> tuple[list[Bar], Decimal]:
    shown = last_months(today, 12)
    summed = (
        select(
            Month.month,
            func.sum(Month.revenue),
            func.sum(Month.costed),
            func.sum(Month.cost),
            func.sum(Month.orders),
        )
        .where(Month.company_id == company_id, Month.month.in_(shown))
        .group_by(Month.month)
    )
    found = {row[0]: row for row in work.session.execute(summed)}
    bars = [
        Bar(month=month, revenue=row[1], margin=row[2] - row[3], orders=int(row[4]))
        if (row := found.get(month))
        else Bar(month=month, revenue=Decimal(), margin=Decimal(), orders=0)
        for month in shown
    ]
    return bars, sum((row[2] for row in found.values()), Decimal())


def _groups(work: UnitOfWork, company_id: UUID, by: InstrumentedAttribute[Any]) -> dict[Any, Group]:
    grouped = (
        select(by, func.count(), func.sum(Score.revenue))
        .where(Score.company_id == company_id)
        .group_by(by)
    )
    return {
        row[0]: Group(customers=row[1], revenue=row[2]) for row in work.session.execute(grouped)
    }
