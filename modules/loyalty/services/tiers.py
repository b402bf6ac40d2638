"""Members in the tiers: moved by their points and by time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.loyalty.events import TierChanged
from modules.loyalty.models import Lot, Member, Programme, Tier, TierStep
from modules.loyalty.rules.states import LotState
from modules.loyalty.rules.tiers import (
    Place,
    Rung,
    Step,
    add_months,
    next_place,
    reached,
    withdrawn,
)
from modules.loyalty.services.members import tell
from modules.loyalty.services.programmes import day_of, ladder, tiers_of

_TEXTS = {
    Step.REACHED: lazy("Reached the tier %(tier)s"),
    Step.KEPT: lazy("Keeps the tier %(tier)s"),
    Step.GRACE: lazy("The tier %(tier)s ends soon: too few points in its period"),
    Step.DOWNGRADED: lazy("Has the tier %(tier)s now, after too few points in a period"),
    Step.WITHDRAWN: lazy("Has the tier %(tier)s now, since points were taken back"),
}
_NONE_TEXT = lazy("Has no tier any more")


def qualifying_points(work: UnitOfWork, member_id: UUID, *, on: date, months: int) -> int:
    """Earned by purchases in the period that ends ``on`` that day, less what was taken back."""
    counted = select(func.sum(Lot.points - Lot.reversed)).where(
        Lot.member_id == member_id,
        Lot.qualifying,
        Lot.state != LotState.PENDING,
        Lot.earned_on > add_months(on, -months),
        Lot.earned_on <= on,
    )
    return int(work.session.scalar(counted) or 0)


def settle_tier(work: UnitOfWork, member: Member, programme: Programme) -> None:
    """Move the locked member where points and time say; as often as it takes."""
    today, rungs = day_of(work), ladder(tiers_of(work, programme.id))
    points = qualifying_points(work, member.id, on=today, months=programme.qualify_months)
    now = reached(rungs, points)
    while found := next_place(_place(member, rungs), now, today=today, periods=programme.periods):
        _move(work, member, *found, points=points)


def withdraw_tier(work: UnitOfWork, member: Member) -> None:
    """Take back a tier that, without the points taken back, was never reached."""
    if member.tier_id is None or member.tier_since is None:
        return
    programme = work.session.get_one(Programme, member.programme_id)
    months, today = programme.qualify_months, day_of(work)
    then = qualifying_points(work, member.id, on=member.tier_since, months=months)
    if then >= work.session.get_one(Tier, member.tier_id).threshold:
        return
    points = qualifying_points(work, member.id, on=today, months=months)
    now = reached(ladder(tiers_of(work, programme.id)), points)
    if now is None or now.tier_id != member.tier_id:
        _move(work, member, *withdrawn(now, today=today, periods=programme.periods), points=points)


def _place(member: Member, rungs: list[Rung]) -> Place:
    rung = next((one for one in rungs if one.tier_id == member.tier_id), None)
    return Place(
        rung=rung, standing=member.standing, until=member.tier_until, since=member.tier_since
    )


def _move(work: UnitOfWork, member: Member, place: Place, step: Step, *, points: int) -> None:
    member.tier_id = place.rung.tier_id if place.rung else None
    member.standing, member.tier_until = place.standing, place.until
    member.tier_since = place.since
    work.session.add(
        TierStep(
            company_id=member.company_id,
            member_id=member.id,
            step=step,
            tier_id=member.tier_id,
            points=points,
            stepped_on=day_of(work),
        )
    )
    work.session.flush()
    name = work.session.get_one(Tier, member.tier_id).name if member.tier_id else ""
    work.publish(TierChanged(member_id=member.id, party_id=member.party_id, tier=name, step=step))
    tell(work, member, "tier", _TEXTS[step] if name else _NONE_TEXT, tier=name)
