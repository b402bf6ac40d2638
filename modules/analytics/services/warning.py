"""Who is warned of: the owner gets a task, once per silence."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from core.deeds import Asked, do
from core.errors import NotFound, RuleBroken
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.analytics.models import Evidence, Score
from modules.analytics.rules.evidence import ENOUGH_EACH
from modules.analytics.services.scoring import CHURN
from modules.analytics.services.settings import settings_of
from modules.contacts.models import Party

#: Who was silent this long left long ago: no task brings them back.
_LONG_GONE_DAYS = 730
#: Tasks of one run.
_MOST_TASKS = 200
_PLAN = "contacts.plan_activity"


def claims(evidence: Evidence | None) -> bool:
    """Whether the warning may be given: it held when tried, or too few left to try it.

    With too few, it is a rule and says so; tried and found no better than chance, it is silent.
    """
    if evidence is None or evidence.holds:
        return True
    return min(evidence.happened, evidence.sample - evidence.happened) < ENOUGH_EACH


def evidence_of(work: UnitOfWork, company_id: UUID) -> Evidence | None:
    wanted = select(Evidence).where(Evidence.company_id == company_id, Evidence.name == CHURN)
    return work.session.scalar(wanted)


def at_risk(points: int) -> Select[Score, Party]:
    """Scores from ``points`` up with their parties, the most at risk first."""
    return (
        select(Score, Party)
        .join(Party, Party.id == Score.party_id)
        .where(Score.churn >= points, Score.days_since <= _LONG_GONE_DAYS, Party.active)
        .order_by(Score.churn.desc(), Score.revenue.desc(), Score.id)
    )


def warn_owners(work: UnitOfWork, company_id: UUID) -> int:
    """Plan a next step for each owner; how many were asked for. The key holds it to one each.

    A silence is an episode: it ends with the next purchase, and only a later one asks again.
    """
    if _PLAN not in work.enabled.deeds or not claims(evidence_of(work, company_id)):
        return 0
    points = settings_of(work, company_id).churn_points
    wanted = at_risk(points).where(Score.company_id == company_id, Party.owner_id.is_not(None))
    rows: Sequence[tuple[Score, Party]] = [
        (row[0], row[1]) for row in work.session.execute(wanted.limit(_MOST_TASKS))
    ]
    return sum(_ask(work, score, party.id) for score, party in rows)


def _ask(work: UnitOfWork, score: Score, party_id: UUID) -> bool:
    asked = Asked(
        record_id=party_id,
        settings={"kind": "call", "summary": _("May be leaving: get in touch"), "in_days": 2},
        key=f"analytics.churn:{party_id}:{score.last_on}",
        reason=_(
            "Silent for %(days)s days; usually %(expected)s between two purchases.",
            days=score.days_since,
            expected=score.expected_days,
        ),
    )
    try:
        do(work, _PLAN, asked)
    except (NotFound, RuleBroken):
        return False
    return True
