"""What analytics shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template
from sqlalchemy import select

from core.companies import Company, home, visible
from core.errors import RuleBroken
from core.work import UnitOfWork
from modules.analytics import chips
from modules.analytics.models import Score
from modules.analytics.services.overview import overview
from modules.analytics.services.settings import settings_of
from modules.analytics.services.suggesting import suggestions
from modules.analytics.services.warning import at_risk, claims, evidence_of
from modules.contacts.models import Party

#: Customers the home page warns of.
_SHOWN = 8


def customer_scores(party_id: UUID, work: UnitOfWork) -> str:
    """Where a customer stands, why, on what that rests, and what would fit them."""
    wanted = visible(work, select(Score).where(Score.party_id == party_id))
    score = work.session.scalar(wanted)
    if score is None:
        return ""
    return render_template(
        "analytics/customer.html",
        score=score,
        suggestions=suggestions(work, party_id),
        claims=claims(evidence_of(work, score.company_id)),
        words=chips,
    )


def my_customers(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page: those of one's own customers who may be leaving."""
    try:
        company_id = home(work)
    except RuleBroken:
        return ""
    evidence = evidence_of(work, company_id)
    if work.actor.id is None or not claims(evidence):
        return ""
    points = settings_of(work, company_id).churn_points
    mine = visible(work, at_risk(points).where(Party.owner_id == work.actor.id))
    rows = work.session.execute(mine.limit(_SHOWN)).all()
    return render_template("analytics/leaving.html", rows=rows, words=chips) if rows else ""


def company_figures(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page of who may see the whole company: revenue by month, and the 80/20."""
    try:
        company_id = home(work)
    except RuleBroken:
        return ""
    found = overview(work, company_id, work.observed_at.date())
    if found.is_empty:
        return ""
    currency = work.session.get_one(Company, company_id).currency
    return render_template("analytics/figures.html", found=found, currency=currency, words=chips)
