"""The programme of a company, its tiers and its rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.companies import Company, visible
from core.errors import NotFound
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.loyalty.models import EarningRule, Programme, Reward, Tier
from modules.loyalty.rules.states import Scope
from modules.loyalty.rules.tiers import Rung


def programme_of(work: UnitOfWork, company_id: UUID) -> Programme | None:
    statement = select(Programme).where(Programme.company_id == company_id)
    return work.session.scalar(visible(work, statement))


def the_programme(work: UnitOfWork, company_id: UUID) -> Programme:
    """Raise NotFound where the company has none."""
    if (found := programme_of(work, company_id)) is None:
        raise NotFound(_("There is no loyalty programme yet: set one up first."))
    return found


def set_up(work: UnitOfWork, company: Company) -> Programme:
    """The company's programme: a new one gives a point per unit of its currency."""
    if found := programme_of(work, company.id):
        return found
    programme = Programme(
        company_id=company.id,
        name=_("Loyalty programme"),
        currency=company.currency,
        point_value=Decimal(),
    )
    work.session.add(programme)
    work.session.flush()
    work.session.add(
        EarningRule(
            company_id=company.id,
            programme_id=programme.id,
            name=_("Every purchase"),
            scope=Scope.AMOUNT,
            points=Decimal(1),
            currency=company.currency,
        )
    )
    work.session.flush()
    return programme


def tiers_of(work: UnitOfWork, programme_id: UUID) -> Sequence[Tier]:
    """From the lowest up."""
    statement = select(Tier).where(Tier.programme_id == programme_id).order_by(Tier.threshold)
    return work.session.scalars(statement).all()


def ladder(tiers: Sequence[Tier]) -> list[Rung]:
    return [Rung(tier.id, tier.threshold) for tier in tiers]


def rules_of(work: UnitOfWork, programme_id: UUID) -> Sequence[EarningRule]:
    statement = select(EarningRule).where(EarningRule.programme_id == programme_id)
    return work.session.scalars(statement.order_by(EarningRule.id)).all()


def rewards_of(work: UnitOfWork, programme_id: UUID) -> Sequence[Reward]:
    """The cheapest first."""
    statement = select(Reward).where(Reward.programme_id == programme_id)
    return work.session.scalars(statement.order_by(Reward.points, Reward.id)).all()


def day_of(work: UnitOfWork) -> date:
    """Today, as the ledger counts days: in UTC."""
    return work.observed_at.date()
