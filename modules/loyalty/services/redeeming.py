"""Points become vouchers, and vouchers that are called off become points again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.errors import RuleBroken
from core.ids import new_id
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.loyalty.models import Lot, LotUse, Member, Programme, Reward, Tier, Voucher
from modules.loyalty.rules import codes, entries
from modules.loyalty.rules.states import (
    VOUCHER_FLOW,
    LotState,
    MemberState,
    PostingKind,
    VoucherState,
)
from modules.loyalty.services.ledger import Origin, Span, add_lot, pay_owed, post, take
from modules.loyalty.services.members import tell
from modules.loyalty.services.passing import pass_time
from modules.loyalty.services.programmes import day_of


def redeem(work: UnitOfWork, member_id: UUID, reward_id: UUID, *, key: str) -> Voucher:
    """A voucher for points. The same ``key`` again is the same voucher, and costs nothing more."""
    reward = fetch(work, Reward, reward_id)
    member = pass_time(work, fetch(work, Member, member_id).id)
    if known := _known(work, member, key):
        return known
    _may_have(work, member, reward)
    voucher_id = new_id()
    origin = Origin(f"loyalty.voucher:{voucher_id}", "redeemed")
    made = entries.redeemed(reward.points)
    posting = post(work, member, PostingKind.REDEEMED, made, origin, reason=reward.name)
    missing = take(work, member, reward.points, posting=posting)
    if missing:
        raise RuleBroken(_("%(points)s points are not there.", points=missing))
    voucher = _voucher(work, member, reward, key=key)
    voucher.id, voucher.posting_id, voucher.points = voucher_id, posting.id, reward.points
    work.session.add(voucher)
    work.session.flush()
    text = lazy("%(points)s points redeemed: %(reward)s")
    tell(work, member, "redeemed", text, points=str(reward.points), reward=reward.name)
    return voucher


def give_voucher(work: UnitOfWork, member_id: UUID, reward_id: UUID, *, key: str) -> Voucher:
    """A reward without points: a present. The same ``key`` again is the same voucher."""
    reward = fetch(work, Reward, reward_id)
    member = pass_time(work, fetch(work, Member, member_id).id)
    if known := _known(work, member, key):
        return known
    if member.state is not MemberState.ACTIVE:
        raise RuleBroken(_("Only an active member is given a voucher."))
    voucher = _voucher(work, member, reward, key=key)
    work.session.add(voucher)
    work.session.flush()
    tell(work, member, "given", lazy("A voucher given: %(reward)s"), reward=reward.name)
    return voucher


def call_off(work: UnitOfWork, voucher_id: UUID) -> Voucher:
    """The voucher is void, and the points it cost are back in the lots they came from."""
    found = fetch(work, Voucher, voucher_id)
    member = pass_time(work, found.member_id)
    voucher = fetch(work, Voucher, voucher_id, lock=True)
    work.session.refresh(voucher)
    voucher.state = VOUCHER_FLOW.step(voucher.state, VoucherState.CANCELLED)
    if voucher.posting_id is not None:
        _give_back(work, member, voucher)
    work.session.flush()
    return voucher


def _give_back(work: UnitOfWork, member: Member, voucher: Voucher) -> None:
    origin = Origin(f"loyalty.voucher:{voucher.id}", "returned")
    made = entries.returned(voucher.points)
    post(work, member, PostingKind.RETURNED, made, origin, reason=voucher.title)
    spare = sum(_put_back(lot, points) for lot, points in _used(work, voucher.posting_id))
    paid = min(member.owed, spare)
    member.owed -= paid
    if spare > paid:
        today = day_of(work)
        programme = work.session.get_one(Programme, member.programme_id)
        span = Span(earned_on=today, available_on=today, expires_on=programme.expiry_after(today))
        add_lot(work, member, spare - paid, origin, span=span, qualifying=False)
    pay_owed(work, member)
    pass_time(work, member.id)  # some of them may have expired meanwhile


def _put_back(lot: Lot, points: int) -> int:
    """How many do not go into the lot any more: they were taken back, and so paid otherwise."""
    room = lot.points - lot.left - lot.lapsed - lot.reversed
    fitting = min(points, room)
    lot.left += fitting
    if lot.left:
        lot.state = LotState.OPEN
    return points - fitting


def _used(work: UnitOfWork, posting_id: UUID | None) -> Sequence[tuple[Lot, int]]:
    statement = (
        select(Lot, LotUse.points)
        .join(LotUse, LotUse.lot_id == Lot.id)
        .where(LotUse.posting_id == posting_id)
    )
    return [(lot, points) for lot, points in work.session.execute(statement)]


def _known(work: UnitOfWork, member: Member, key: str) -> Voucher | None:
    found = work.session.scalar(select(Voucher).where(Voucher.key == key))
    if found is not None and found.member_id != member.id:
        raise RuleBroken(_("This key stands for a voucher of somebody else."))
    return found


def _may_have(work: UnitOfWork, member: Member, reward: Reward) -> None:
    if member.state is not MemberState.ACTIVE:
        raise RuleBroken(_("Only an active member redeems points."))
    if not reward.active or reward.programme_id != member.programme_id:
        raise RuleBroken(_("This reward is not offered any more."))
    if member.balance < reward.points:
        raise RuleBroken(
            _(
                "%(reward)s costs %(points)s points; there are %(balance)s.",
                reward=reward.name,
                points=reward.points,
                balance=member.balance,
            )
        )
    if reward.tier_id is not None and not _reaches(work, member, reward.tier_id):
        tier = work.session.get_one(Tier, reward.tier_id).name
        raise RuleBroken(_("This reward is for members from %(tier)s up.", tier=tier))


def _reaches(work: UnitOfWork, member: Member, tier_id: UUID) -> bool:
    if member.tier_id is None:
        return False
    mine, wanted = (work.session.get_one(Tier, key) for key in (member.tier_id, tier_id))
    return mine.threshold >= wanted.threshold


def _voucher(work: UnitOfWork, member: Member, reward: Reward, *, key: str) -> Voucher:
    programme = work.session.get_one(Programme, member.programme_id)
    return Voucher(
        company_id=member.company_id,
        code=_code(),
        member_id=member.id,
        reward_id=reward.id,
        key=key,
        title=reward.name,
        points=0,
        kind=reward.kind,
        value=reward.value,
        currency=programme.currency,
        product_id=reward.product_id,
        state=VoucherState.OPEN,
        expires_on=day_of(work) + timedelta(days=reward.valid_days),
    )


def _code() -> str:
    return codes.sealed("".join(secrets.choice(codes.SIGNS) for _sign in range(codes.DRAWN)))
