"""What outstanding points may cost us: by month of expiry, less what is never spent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from core.money import Money
from core.work import UnitOfWork
from modules.loyalty.models import Lot, Member, Programme
from modules.loyalty.rules.liability import Breakage, Ended, breakage
from modules.loyalty.rules.states import LotState
from modules.loyalty.services.checking import sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """``month`` is ``2027-03``; None: points that never expire."""

    month: str | None
    lots: int
    points: int
    escrow: int
    value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    months: list[Month]
    accounts: dict[str, int]
    #: Spent and taken back since, by members who have to earn it again.
    owed: int
    points: int
    value: Money
    breakage: Breakage
    #: ``value`` less what will never be spent; None while nobody can say.
    expected: Money | None


def liability(work: UnitOfWork, programme: Programme) -> Liability:
    """Of the programme's company, as of now; the report's queries do not grow with its members."""
    months = _months(work, programme)
    points = sum(month.points + month.escrow for month in months)
    value = _worth(programme, points)
    lapse = breakage(_ended(work, programme.company_id))
    expected = None if lapse.share is None else (value * (1 - lapse.share)).rounded()
    owed = select(func.coalesce(func.sum(Member.owed), 0)).where(
        Member.programme_id == programme.id
    )
    return Liability(
        months=months,
        accounts=sums(work, programme.company_id),
        owed=int(work.session.scalar(owed) or 0),
        points=points,
        value=value,
        breakage=lapse,
        expected=expected,
    )


def _months(work: UnitOfWork, programme: Programme) -> list[Month]:
    found: dict[str | None, dict[LotState, tuple[int, int]]] = defaultdict(dict)
    statement = (
        select(Lot.expires_on, Lot.state, func.count(), func.sum(Lot.left))
        .where(
            Lot.company_id == programme.company_id,
            Lot.state.in_((LotState.OPEN, LotState.PENDING)),
        )
        .group_by(Lot.expires_on, Lot.state)
    )
    for expires_on, state, lots, left in work.session.execute(statement):
        month = expires_on.strftime("%Y-%m") if expires_on else None
        before = found[month].get(state, (0, 0))
        found[month][state] = (before[0] + lots, before[1] + int(left))
    ordered = sorted(found, key=lambda month: month or "9999")
    return [_month(programme, month, found[month]) for month in ordered]


def _month(programme: Programme, month: str | None, held: dict[LotState, tuple[int, int]]) -> Month:
    ready, pending = (held.get(state, (0, 0)) for state in (LotState.OPEN, LotState.PENDING))
    return Month(
        month=month,
        lots=ready[0] + pending[0],
        points=ready[1],
        escrow=pending[1],
        value=_worth(programme, ready[1] + pending[1]),
    )


def _worth(programme: Programme, points: int) -> Money:
    return Money(programme.point_value * Decimal(points), programme.currency).rounded()


def _ended(work: UnitOfWork, company_id: UUID) -> Ended:
    """Lots that are all used or lapsed; those that were taken back say nothing of spending."""
    done = (LotState.CONSUMED, LotState.EXPIRED, LotState.FORFEITED)
    row = work.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Lot.points - Lot.reversed), 0),
            func.coalesce(func.sum(Lot.lapsed), 0),
        ).where(Lot.company_id == company_id, Lot.state.in_(done))
    ).one()
    return Ended(lots=row[0], points=int(row[1]), unused=int(row[2]))
