"""Postings and lots: everything that moves points goes through here, under the member's lock."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from core.work import UnitOfWork
from modules.loyalty.events import PointsPosted
from modules.loyalty.models import Lot, LotUse, Member, Posting
from modules.loyalty.rules import entries
from modules.loyalty.rules.entries import Entries
from modules.loyalty.rules.states import LotState, PostingKind


@dataclass(frozen=True, slots=True)
class Origin:
    """What is posted for, and by which rule: once and never again."""

    source: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days of a lot."""

    earned_on: date
    available_on: date
    expires_on: date | None


def post(
    work: UnitOfWork,
    member: Member,
    kind: PostingKind,
    made: Entries,
    origin: Origin,
    *,
    reason: str = "",
) -> Posting:
    """Write the posting and bring the locked member's sums along."""
    posting = Posting(
        company_id=member.company_id,
        member_id=member.id,
        kind=kind,
        source=origin.source,
        rule=origin.rule,
        **asdict(made),
        reason=reason,
        actor=work.actor.name,
    )
    member.balance += made.member
    member.escrow += made.escrow
    work.session.add(posting)
    work.session.flush()
    if made.member:
        work.publish(
            PointsPosted(
                member_id=member.id, party_id=member.party_id, kind=kind, points=made.member
            )
        )
    return posting


def is_posted(work: UnitOfWork, origin: Origin) -> bool:
    same = (Posting.source == origin.source, Posting.rule == origin.rule)
    return work.session.scalar(select(Posting.id).where(*same)) is not None


def add_lot(
    work: UnitOfWork,
    member: Member,
    points: int,
    origin: Origin,
    *,
    span: Span,
    qualifying: bool,
) -> Lot:
    lot = Lot(
        company_id=member.company_id,
        member_id=member.id,
        state=LotState.PENDING if qualifying else LotState.OPEN,
        source=origin.source,
        rule=origin.rule,
        points=points,
        left=points,
        qualifying=qualifying,
        earned_on=span.earned_on,
        available_on=span.available_on,
        expires_on=span.expires_on,
    )
    lot.reversed = lot.lapsed = 0
    work.session.add(lot)
    work.session.flush()
    return lot


def release(work: UnitOfWork, member: Member, lot: Lot) -> None:
    """The return window is over: from escrow to the member, who first pays what they owe."""
    origin = Origin(f"loyalty.lot:{lot.id}", "released")
    post(work, member, PostingKind.RELEASED, entries.released(lot.left), origin)
    lot.state = LotState.OPEN
    pay_owed(work, member)


def take(work: UnitOfWork, member: Member, points: int, *, posting: Posting) -> int:
    """Take points of open lots, first expiring first; answers how many were not there."""
    for lot in open_lots(work, member.id):
        if not points:
            break
        taken = min(points, lot.left)
        use(work, lot, taken, posting)
        points -= taken
    return points


def use(work: UnitOfWork, lot: Lot, points: int, posting: Posting) -> None:
    if not points:
        return
    lot.left -= points
    if not lot.left:
        lot.state = LotState.CONSUMED
    work.session.add(
        LotUse(company_id=lot.company_id, lot_id=lot.id, posting_id=posting.id, points=points)
    )


def pay_owed(work: UnitOfWork, member: Member) -> None:
    """What open lots have pays what is owed; the balance had it subtracted all along."""
    for lot in open_lots(work, member.id) if member.owed else []:
        paid = min(member.owed, lot.left)
        member.owed -= paid
        lot.left -= paid
        if not lot.left:
            lot.state = LotState.CONSUMED
    work.session.flush()


def open_lots(work: UnitOfWork, member_id: UUID) -> list[Lot]:
    """First expiring first; those that never expire last, the oldest of them first."""
    statement = select(Lot).where(Lot.member_id == member_id, Lot.state == LotState.OPEN)
    found = work.session.scalars(statement)
    return sorted(found, key=lambda lot: (lot.expires_on or date.max, lot.id))


def expire(work: UnitOfWork, member: Member, lot: Lot) -> None:
    origin = Origin(f"loyalty.lot:{lot.id}", f"expired:{lot.lapsed}:{lot.reversed}")
    post(work, member, PostingKind.EXPIRED, entries.expired(lot.left), origin)
    lot.lapsed, lot.left, lot.state = lot.lapsed + lot.left, 0, LotState.EXPIRED


def reverse(work: UnitOfWork, member: Member, lot: Lot, points: int, *, origin: Origin) -> None:
    """Take back ``points`` of what the lot brought, wherever they are by now."""
    if lot.state is LotState.PENDING:
        made = Entries(escrow=-points, issued=points)
        post(work, member, PostingKind.REVERSED, made, origin)
        lot.left -= points
    else:
        _reverse_open(work, member, lot, points, origin=origin)
    lot.reversed += points
    if not lot.left and lot.reversed == lot.points:
        lot.state = LotState.REVERSED
    if lot.qualifying:
        member.lifetime -= points
    work.session.flush()


def _reverse_open(
    work: UnitOfWork, member: Member, lot: Lot, points: int, *, origin: Origin
) -> None:
    split = entries.taken_back(points, left=lot.left, gone=lot.lapsed)
    forfeited = lot.state is LotState.FORFEITED
    made = Entries(
        member=-split.left - split.spent,
        expired=0 if forfeited else -split.gone,
        breakage=-split.gone if forfeited else 0,
        issued=points,
    )
    posting = post(work, member, PostingKind.REVERSED, made, origin)
    use(work, lot, split.left, posting)
    lot.lapsed -= split.gone
    member.owed += take(work, member, split.spent, posting=posting)
