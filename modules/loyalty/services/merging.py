"""Two members turn out to be one party, and may turn out to be two after all."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from core.clock import utcnow
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.models import Merge
from modules.loyalty.models import Lot, Member, Merger, Voucher
from modules.loyalty.rules import entries
from modules.loyalty.rules.states import MEMBER_FLOW, LotState, MemberState, PostingKind
from modules.loyalty.services.ledger import Origin, pay_owed, post
from modules.loyalty.services.members import enrol, locked, tell
from modules.loyalty.services.passing import pass_time
from modules.loyalty.services.tiers import withdraw_tier

_HELD = (LotState.PENDING, LotState.OPEN)


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    """The merged party's points, debts and vouchers are the kept one's from now on.

    A merge that was undone before it was heard of here is none.
    """
    merge = work.session.get(Merge, event.merge_id)
    if merge is not None and merge.undone_at is not None:
        return
    merged = _own(work, event.merged_id)
    if merged is None or merged.state is MemberState.MERGED:
        return
    kept, merged = _both(work, enrol(work, event.kept_id, state=merged.state).id, merged.id)
    if merged.state is MemberState.CLOSED or kept.state is MemberState.CLOSED:
        return
    _merge(work, kept, merged)


def go_apart(event: PartyUnmerged, work: UnitOfWork) -> None:
    """What is left of the points that moved goes back; what was spent meanwhile stays spent."""
    merged = _own(work, event.merged_id)
    merger = _open_merger(work, merged.id) if merged else None
    if merger is None:
        return
    kept, merged = _both(work, merger.kept_id, merger.merged_id)
    lots = _lots(work, [UUID(key) for key in merger.lots], kept.id)
    _move(work, kept, merged, lots=lots, source=f"loyalty.merger:{merger.id}:undone")
    back = min(merger.owed, kept.owed)
    _move_owed(work, kept, merged, back, source=f"loyalty.merger:{merger.id}:owed-undone")
    merged.state = MEMBER_FLOW.step(merged.state, merger.state)
    merged.merged_into_id, merger.undone_at = None, utcnow()
    work.session.execute(
        update(Voucher)
        .where(Voucher.id.in_([UUID(key) for key in merger.vouchers]))
        .values(member_id=merged.id)
    )
    withdraw_tier(work, kept)
    tell(work, merged, "merged", lazy("Membership is on its own again"))


def _merge(work: UnitOfWork, kept: Member, merged: Member) -> None:
    lots = _lots(work, None, merged.id)
    vouchers = work.session.scalars(select(Voucher.id).where(Voucher.member_id == merged.id))
    merger = Merger(
        company_id=kept.company_id,
        kept_id=kept.id,
        merged_id=merged.id,
        state=merged.state,
        owed=merged.owed,
        lots=[str(lot.id) for lot in lots],
        vouchers=[str(key) for key in vouchers],
    )
    work.session.add(merger)
    work.session.flush()
    _move(work, merged, kept, lots=lots, source=f"loyalty.merger:{merger.id}")
    _move_owed(work, merged, kept, merged.owed, source=f"loyalty.merger:{merger.id}:owed")
    work.session.execute(
        update(Voucher).where(Voucher.member_id == merged.id).values(member_id=kept.id)
    )
    merged.state = MEMBER_FLOW.step(merged.state, MemberState.MERGED)
    merged.merged_into_id = kept.id
    pass_time(work, kept.id)
    tell(work, kept, "merged", lazy("Points of %(number)s added"), number=merged.number)


def _move(
    work: UnitOfWork, giver: Member, taker: Member, *, lots: Sequence[Lot], source: str
) -> None:
    """Two postings, one the other's inverse, and the lots change hands."""
    ready = sum(lot.left for lot in lots if lot.state is LotState.OPEN)
    pending = sum(lot.left for lot in lots if lot.state is LotState.PENDING)
    for member, sign in ((giver, -1), (taker, 1)):
        made = entries.moved(sign * ready, sign * pending)
        post(work, member, PostingKind.MOVED, made, Origin(source, str(member.id)))
    lifetime = sum(lot.points - lot.reversed for lot in lots if lot.qualifying)
    giver.lifetime, taker.lifetime = giver.lifetime - lifetime, taker.lifetime + lifetime
    for lot in lots:
        lot.member_id = taker.id
    work.session.flush()
    pay_owed(work, taker)


def _move_owed(work: UnitOfWork, giver: Member, taker: Member, owed: int, *, source: str) -> None:
    """A debt is a negative balance, so it moves by the inverse postings."""
    if not owed:
        return
    for member, sign in ((giver, 1), (taker, -1)):
        post(
            work,
            member,
            PostingKind.MOVED,
            entries.moved(sign * owed, 0),
            Origin(source, str(member.id)),
        )
    giver.owed, taker.owed = giver.owed - owed, taker.owed + owed
    work.session.flush()
    pay_owed(work, taker)


def _own(work: UnitOfWork, party_id: UUID) -> Member | None:
    return work.session.scalar(select(Member).where(Member.party_id == party_id))


def _both(work: UnitOfWork, one: UUID, other: UUID) -> tuple[Member, Member]:
    """Under lock, always in the same order: two merges at once do not wait for each other."""
    held = {key: locked(work, key) for key in sorted((one, other))}
    return held[one], held[other]


def _open_merger(work: UnitOfWork, merged_id: UUID) -> Merger | None:
    mine = select(Merger).where(Merger.merged_id == merged_id, Merger.undone_at.is_(None))
    return work.session.scalar(mine.order_by(Merger.id.desc()).limit(1))


def _lots(work: UnitOfWork, ids: list[UUID] | None, member_id: UUID) -> Sequence[Lot]:
    """All lots of the member, also those of which nothing is left: credit notes find them."""
    statement = select(Lot).where(Lot.member_id == member_id).order_by(Lot.id)
    if ids is not None:
        statement = statement.where(Lot.id.in_(ids))
    return work.session.scalars(statement).all()
