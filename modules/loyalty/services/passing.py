"""What time does: the end of escrow, of lots, of vouchers and of a tier's period."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, union

from core.work import UnitOfWork
from modules.loyalty.models import Lot, Member, Programme, Voucher
from modules.loyalty.rules.states import (
    VOUCHER_FLOW,
    LotState,
    MemberState,
    VoucherState,
)
from modules.loyalty.services.ledger import expire, release
from modules.loyalty.services.members import locked
from modules.loyalty.services.programmes import day_of
from modules.loyalty.services.tiers import settle_tier


def pass_time(work: UnitOfWork, member_id: UUID) -> Member:
    """Bring one member up to today, under lock: what a job did not do yet is done here."""
    member, today = locked(work, member_id), day_of(work)
    for lot in _due(work, member.id, LotState.PENDING, Lot.available_on <= today):
        release(work, member, lot)
    for lot in _due(work, member.id, LotState.OPEN, Lot.expires_on <= today):
        expire(work, member, lot)
    if member.state not in (MemberState.CLOSED, MemberState.MERGED):
        settle_tier(work, member, work.session.get_one(Programme, member.programme_id))
    return member


def members_due(work: UnitOfWork, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Members for whom the day brings something, in the order of their ids."""
    today = day_of(work)
    lots = select(Lot.member_id).where(
        or_(
            (Lot.state == LotState.PENDING) & (Lot.available_on <= today),
            (Lot.state == LotState.OPEN) & (Lot.expires_on <= today),
        )
    )
    tiers = select(Member.id).where(Member.tier_until < today)
    due = union(lots, tiers).subquery()
    statement = select(due.c[0]).order_by(due.c[0]).limit(limit)
    if after is not None:
        statement = statement.where(due.c[0] > after)
    return work.session.scalars(statement).all()


def expire_vouchers(work: UnitOfWork, *, limit: int) -> int:
    """How many were not good any more."""
    due = (
        select(Voucher)
        .where(Voucher.state == VoucherState.OPEN, Voucher.expires_on <= day_of(work))
        .order_by(Voucher.expires_on, Voucher.id)
        .limit(limit)
        .with_for_update()
    )
    found = work.session.scalars(due).all()
    for voucher in found:
        voucher.state = VOUCHER_FLOW.step(voucher.state, VoucherState.EXPIRED)
    return len(found)


def _due(
    work: UnitOfWork, member_id: UUID, state: LotState, when: ColumnElement[bool]
) -> Sequence[Lot]:
    statement = select(Lot).where(Lot.member_id == member_id, Lot.state == state, when)
    return work.session.scalars(statement.order_by(Lot.id)).all()
