"""Every customer of a company scored anew, from the facts and what other modules know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select

from core import traits
from core.companies import Company
from core.db.bulk import Upsert
from core.db.upsert import insert_into
from core.work import UnitOfWork
from modules.analytics.models import Evidence, Month, Score, Settings
from modules.analytics.rules.churn import OWN_GAPS, Risk, Signs, gaps_of, risk, typical_gap
from modules.analytics.rules.evidence import Trial, tried
from modules.analytics.rules.months import month_of, months_between
from modules.analytics.rules.pareto import Abc, Limits, ranked
from modules.analytics.rules.rfm import Basis, Buyer, Rfm, scored
from modules.analytics.rules.value import Verdict, Worth, judged
from modules.analytics.services.settings import settings_of

#: Days a trial looks ahead, and the longest rhythm it can judge in them.
AHEAD_DAYS, LONGEST_DAYS = 180, 90
CHURN = "churn"
_BATCH = 500


@dataclass(slots=True)
class History:
    """One customer's facts, in the months that matter."""

    #: Of the last twelve months, the current one included.
    revenue: Decimal = Decimal()
    costed: Decimal = Decimal()
    cost: Decimal = Decimal()
    orders: int = 0
    #: Of whole months before this one: the last six, the six before, and quarters alike.
    half: Decimal = Decimal()
    half_before: Decimal = Decimal()
    quarter: Decimal = Decimal()
    quarter_before: Decimal = Decimal()
    days: list[date] = field(default_factory=list)

    @property
    def margin(self) -> Decimal | None:
        return self.costed - self.cost if self.costed else None

    @property
    def dropped(self) -> bool:
        return self.quarter_before > 0 and self.quarter < self.quarter_before / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """All of one company; ``year`` are those who bought within twelve months."""

    settings: Settings
    currency: str
    histories: Mapping[UUID, History]
    rfm: Mapping[UUID, Rfm]
    basis: Basis
    by_revenue: Mapping[UUID, Abc]
    by_margin: Mapping[UUID, Abc]
    typical: int | None
    today: date


def score_company(work: UnitOfWork, company_id: UUID, today: date) -> None:
    """Write every customer's score, and what the warning was worth when tried on the past."""
    whole = read_company(work, company_id, today)
    for batch in batches(whole):
        write_scores(work, company_id, whole, batch=batch)
    finish(work, company_id, whole)


def batches(whole: Scored) -> Iterator[Sequence[UUID]]:
    """Customers, so many at a time that nobody waits long for their transaction."""
    keys = sorted(whole.histories)
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def write_scores(
    work: UnitOfWork, company_id: UUID, whole: Scored, *, batch: Sequence[UUID]
) -> None:
    before = _tiers_before(work, batch)
    rows = [_row(customer, whole, before) for customer in _signs(work, whole, batch)]
    _write(work, company_id, rows)


def finish(work: UnitOfWork, company_id: UUID, whole: Scored) -> None:
    """Nobody without facts has a score, and the warning says what it was worth."""
    with_facts = select(Month.party_id).where(Month.company_id == company_id)
    mine = Score.company_id == company_id
    work.session.execute(delete(Score).where(mine, Score.party_id.not_in(with_facts)))
    keep_trial(work, company_id, CHURN, try_churn(whole.histories, whole.today))


def read_company(work: UnitOfWork, company_id: UUID, today: date) -> Scored:
    settings = settings_of(work, company_id)
    histories = _histories(work, company_id, today)
    year = {key: one for key, one in histories.items() if one.orders}
    buyers = {
        key: Buyer(days_since=(today - one.days[-1]).days, orders=one.orders, revenue=one.revenue)
        for key, one in year.items()
    }
    rfm, basis = scored(buyers, enough=settings.enough)
    limits = Limits(a=settings.a_percent, b=settings.b_percent)
    margins = {key: one.margin for key, one in year.items() if one.margin is not None}
    return Scored(
        settings=settings,
        currency=work.session.get_one(Company, company_id).currency,
        histories=histories,
        rfm=rfm,
        basis=basis,
        by_revenue=ranked({key: one.revenue for key, one in year.items()}, limits),
        by_margin=ranked(margins, limits),
        typical=typical_gap([one.days for one in histories.values()]),
        today=today,
    )


def try_churn(histories: Mapping[UUID, History], today: date) -> Trial:
    """The warning as it would have stood half a year ago, against days since the last purchase.

    Of customers with a rhythm of their own that half a year is long enough to judge.
    """
    then = date.fromordinal(today.toordinal() - AHEAD_DAYS)
    scores = []
    for one in histories.values():
        before = [day for day in one.days if day <= then]
        if len(gaps_of(before)) < OWN_GAPS:
            continue
        found = risk(Signs(bought_on=before), today=then, typical=None)
        if found.expected_days <= LONGEST_DAYS:
            ratio = found.days_since / found.expected_days
            left = not any(day > then for day in one.days)
            scores.append((ratio, float(found.days_since), left))
    return tried(scores)


def keep_trial(work: UnitOfWork, company_id: UUID, name: str, trial: Trial) -> None:
    values = {
        "sample": trial.sample,
        "happened": trial.happened,
        "ranks": trial.ranks,
        "simple_ranks": trial.simple_ranks,
        "holds": trial.holds,
        "tried_at": work.observed_at,
    }
    work.session.execute(
        insert_into(Evidence, work.session)
        .values(company_id=company_id, name=name, **values)
        .on_conflict_do_update(index_elements=["company_id", "name"], set_=values)
    )


def _histories(work: UnitOfWork, company_id: UUID, today: date) -> dict[UUID, History]:
    found: dict[UUID, History] = {}
    months = (
        select(
            Month.party_id,
            Month.month,
            Month.revenue,
            Month.costed,
            Month.cost,
            Month.orders,
            Month.days,
        )
        .where(Month.company_id == company_id, Month.month <= month_of(today))
        .order_by(Month.party_id, Month.month)
    )
    for row in work.session.execute(months.execution_options(yield_per=2000)):
        one = found.setdefault(row.party_id, History())
        one.days += map(date.fromisoformat, row.days)
        _add(one, row, months_between(row.month, month_of(today)))
    return {key: one for key, one in found.items() if one.days}


def _add(one: History, row: Any, back: int) -> None:
    """``back``: how many months ago."""
    if back < 12:
        one.revenue += row.revenue
        one.costed += row.costed
        one.cost += row.cost
        one.orders += row.orders
    if 1 <= back <= 6:
        one.half += row.revenue
    elif 7 <= back <= 12:
        one.half_before += row.revenue
    if 1 <= back <= 3:
        one.quarter += row.revenue
    elif 4 <= back <= 6:
        one.quarter_before += row.revenue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Customer:
    party_id: UUID
    history: History
    complaints: int
    overdue: bool


def _signs(work: UnitOfWork, whole: Scored, batch: Sequence[UUID]) -> Iterator[_Customer]:
    complaints = traits.values(work, "service.complaints", batch)
    overdue = traits.values(work, "billing.overdue", batch)
    for key in batch:
        yield _Customer(
            party_id=key,
            history=whole.histories[key],
            complaints=int(complaints.get(key) or 0),
            overdue=bool(overdue.get(key)),
        )


def _row(
    customer: _Customer, whole: Scored, before: Mapping[UUID, tuple[Abc, date]]
) -> dict[str, Any]:
    key, one = customer.party_id, customer.history
    abc = whole.by_revenue.get(key, Abc.C)
    old = before.get(key)
    rfm = whole.rfm.get(key)
    return {
        "party_id": key,
        "currency": whole.currency,
        "revenue": one.revenue,
        "margin": one.margin,
        "orders": one.orders,
        "last_on": one.days[-1],
        "rfm": str(rfm) if rfm else "",
        "rfm_basis": whole.basis,
        "sample": len(whole.rfm),
        "abc": abc,
        "abc_margin": whole.by_margin.get(key),
        "abc_since": old[1] if old and old[0] is abc else whole.today,
        **_verdict(customer, whole, abc),
        **_risk(customer, whole),
        "scored_on": whole.today,
    }


def _verdict(customer: _Customer, whole: Scored, abc: Abc) -> dict[str, Any]:
    one = customer.history
    found: Verdict = judged(
        Worth(
            margin=one.margin,
            service=whole.settings.complaint_cost * customer.complaints,
            by_margin=whole.by_margin.get(customer.party_id),
            by_revenue=abc,
            half=one.half,
            half_before=one.half_before,
            orders=one.orders,
        ),
        growth=whole.settings.growth_percent,
        least_orders=whole.settings.least_orders,
    )
    return {"value_class": found.value_class, "why": found.why, "figure": found.figure}


def _risk(customer: _Customer, whole: Scored) -> dict[str, Any]:
    signs = Signs(
        bought_on=customer.history.days,
        complaints=customer.complaints,
        is_overdue=customer.overdue,
        dropped=customer.history.dropped,
    )
    found: Risk = risk(signs, today=whole.today, typical=whole.typical)
    return {
        "churn": found.points,
        "churn_reasons": list(found.reasons),
        "rhythm": found.rhythm,
        "gaps": found.gaps,
        "days_since": found.days_since,
        "expected_days": found.expected_days,
    }


def _tiers_before(work: UnitOfWork, batch: Sequence[UUID]) -> dict[UUID, tuple[Abc, date]]:
    rows = select(Score.party_id, Score.abc, Score.abc_since).where(Score.party_id.in_(batch))
    return {row.party_id: (row.abc, row.abc_since) for row in work.session.execute(rows)}


def _write(work: UnitOfWork, company_id: UUID, rows: list[dict[str, Any]]) -> None:
    table: Table = Score.__table__  # type: ignore[assignment]  # declarative says FromClause
    Upsert(table, key=("party_id",)).run(work.session, rows, same={"company_id": company_id})
