"""A member as pages and panels show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.loyalty.models import Lot, Member, Programme, Reward, Tier, TierStep
from modules.loyalty.rules.states import LotState, MemberState
from modules.loyalty.rules.tiers import following
from modules.loyalty.services.members import member_of
from modules.loyalty.services.programmes import (
    day_of,
    ladder,
    programme_of,
    rewards_of,
    tiers_of,
)
from modules.loyalty.services.tiers import qualifying_points

#: Lots a page shows of those still in use; the rest are in the list.
_LOTS = 50
_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Towards the next tier: ``points`` of ``threshold`` within the period."""

    points: int
    tier: str
    threshold: int

    @property
    def missing(self) -> int:
        return max(0, self.threshold - self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeMember:
    member: Member
    party: Party
    programme: Programme
    tier: Tier | None
    #: None at the top, or where there are no tiers.
    progress: Progress | None
    #: Points that count for a tier now.
    qualifying: int
    #: Lots with points in them, first expiring first.
    lots: Sequence[Lot]
    steps: Sequence[tuple[TierStep, str | None]]
    rewards: Sequence[Reward]
    #: Points of the lots that expire first, and the day they do.
    next_expiry: tuple[int, date] | None


def read_member(work: UnitOfWork, member_id: UUID) -> WholeMember:
    """Raise NotFound where there is none for this actor."""
    member = fetch(work, Member, member_id)
    programme = work.session.get_one(Programme, member.programme_id)
    tiers = tiers_of(work, programme.id)
    tier = next((one for one in tiers if one.id == member.tier_id), None)
    points = qualifying_points(work, member.id, on=day_of(work), months=programme.qualify_months)
    lots = _lots(work, member.id)
    return WholeMember(
        member=member,
        party=work.session.get_one(Party, member.party_id),
        programme=programme,
        tier=tier,
        progress=_progress(member, tiers, points),
        qualifying=points,
        lots=lots,
        steps=_steps(work, member.id),
        rewards=[one for one in rewards_of(work, programme.id) if one.active],
        next_expiry=_next_expiry(lots),
    )


def find_member(work: UnitOfWork, party_id: UUID) -> WholeMember | None:
    """The party's membership as its page shows it; None for who is none, or nobody's of ours."""
    found = member_of(work, party_id)
    return read_member(work, found.id) if found else None


def may_join(work: UnitOfWork, party_id: UUID) -> bool:
    party = work.session.get(Party, party_id)
    return party is not None and programme_of(work, party.company_id) is not None


def can_redeem(whole: WholeMember) -> bool:
    return whole.member.state is MemberState.ACTIVE and any(
        reward.points <= whole.member.balance for reward in whole.rewards
    )


def _progress(member: Member, tiers: Sequence[Tier], points: int) -> Progress | None:
    rungs = ladder(tiers)
    rung = next((one for one in rungs if one.tier_id == member.tier_id), None)
    upward = following(rungs, rung)
    if upward is None:
        return None
    name = next(one.name for one in tiers if one.id == upward.tier_id)
    return Progress(points=points, tier=name, threshold=upward.threshold)


def _lots(work: UnitOfWork, member_id: UUID) -> Sequence[Lot]:
    held = (LotState.OPEN, LotState.PENDING)
    statement = (
        select(Lot)
        .where(Lot.member_id == member_id, Lot.state.in_(held))
        .order_by(Lot.expires_on.is_(None), Lot.expires_on, Lot.id)
        .limit(_LOTS)
    )
    return work.session.scalars(statement).all()


def _steps(work: UnitOfWork, member_id: UUID) -> Sequence[tuple[TierStep, str | None]]:
    statement = (
        select(TierStep, Tier.name)
        .outerjoin(Tier, Tier.id == TierStep.tier_id)
        .where(TierStep.member_id == member_id)
        .order_by(TierStep.id.desc())
        .limit(_STEPS)
    )
    return [(step, name) for step, name in work.session.execute(statement)]


def _next_expiry(lots: Sequence[Lot]) -> tuple[int, date] | None:
    days = [lot.expires_on for lot in lots if lot.expires_on and lot.state is LotState.OPEN]
    if not days:
        return None
    first = min(days)
    return sum(lot.left for lot in lots if lot.expires_on == first), first
