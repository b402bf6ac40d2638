"""Whether the ledger says what the lots and the members say: a job asks every night."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import case, func, select

from core.work import UnitOfWork
from modules.loyalty.models import Lot, Member, Posting
from modules.loyalty.rules.states import LotState

ACCOUNTS = ("member", "escrow", "issued", "redeemed", "expired", "breakage")


def sums(work: UnitOfWork, company_id: UUID) -> dict[str, int]:
    """Points on each account of the ledger; together they are zero."""
    columns = [func.coalesce(func.sum(getattr(Posting, name)), 0).label(name) for name in ACCOUNTS]
    row = work.session.execute(select(*columns).where(Posting.company_id == company_id)).one()
    return {name: int(getattr(row, name)) for name in ACCOUNTS}


def wrong_members(work: UnitOfWork, *, limit: int = 100) -> list[str]:
    """Numbers of members whose sums are not what their postings and lots come to."""
    posted = (
        select(
            Posting.member_id,
            func.sum(Posting.member).label("balance"),
            func.sum(Posting.escrow).label("escrow"),
        )
        .group_by(Posting.member_id)
        .subquery()
    )
    held = (
        select(
            Lot.member_id,
            func.sum(case((Lot.state == LotState.OPEN, Lot.left), else_=0)).label("open"),
            func.sum(case((Lot.state == LotState.PENDING, Lot.left), else_=0)).label("pending"),
        )
        .group_by(Lot.member_id)
        .subquery()
    )
    statement = (
        select(Member.number)
        .outerjoin(posted, posted.c.member_id == Member.id)
        .outerjoin(held, held.c.member_id == Member.id)
        .where(
            (Member.balance != func.coalesce(posted.c.balance, 0))
            | (Member.escrow != func.coalesce(posted.c.escrow, 0))
            | (Member.balance != func.coalesce(held.c.open, 0) - Member.owed)
            | (Member.escrow != func.coalesce(held.c.pending, 0))
        )
        .order_by(Member.number)
        .limit(limit)
    )
    return list(work.session.scalars(statement))
