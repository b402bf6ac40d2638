"""Of those who first bought in a month, how many bought again in the months after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from core.work import UnitOfWork
from modules.analytics.models import Month
from modules.analytics.rules.months import last_months, months_between

#: Cohorts shown, and so months at most.
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """``active`` is how many bought in the cohort's own month, the next one, and so on."""

    month: date
    active: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.active[0]

    def percent(self, number: int) -> int:
        return round(100 * self.active[number] / self.size) if self.size else 0


def cohorts(work: UnitOfWork, company_id: UUID, today: date) -> list[Cohort]:
    """The last twelve months', oldest first; one query."""
    shown = last_months(today, SHOWN)
    first = (
        select(Month.party_id, func.min(Month.month).label("month"))
        .where(Month.company_id == company_id, Month.orders > 0)
        .group_by(Month.party_id)
        .subquery()
    )
    counted = (
        select(first.c.month, Month.month, func.count())
        .join(first, first.c.party_id == Month.party_id)
        .where(Month.orders > 0, first.c.month >= shown[0], Month.month <= shown[-1])
        .group_by(first.c.month, Month.month)
    )
    found = {(row[0], row[1]): row[2] for row in work.session.execute(counted)}
    return [
        Cohort(
            month=month,
            active=tuple(found.get((month, later), 0) for later in shown if later >= month),
        )
        for month in shown
        if months_between(month, shown[-1]) >= 0
    ]
