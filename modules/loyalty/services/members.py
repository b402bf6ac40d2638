"""Members: joining, being looked up under a lock, leaving."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.errors import RuleBroken
from core.numbers import next_number
from core.versions import check_version
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.contacts.services import Link, phrase, record
from modules.loyalty.models import Lot, Member, Programme
from modules.loyalty.rules import entries
from modules.loyalty.rules.states import (
    MEMBER_FLOW,
    Enrolment,
    LotState,
    MemberState,
    PostingKind,
)
from modules.loyalty.services.ledger import Origin, post
from modules.loyalty.services.programmes import day_of, the_programme

SERIES = "LM"
PAGE = "loyalty_pages.member"
#: Have points to count.
EARNING = (MemberState.ACTIVE,)


def member_of(work: UnitOfWork, party_id: UUID) -> Member | None:
    """The party's membership, whatever its state; of a merged one, whose points they are now."""
    found = work.session.scalar(select(Member).where(Member.party_id == party_id))
    while found is not None and found.merged_into_id is not None:
        found = work.session.get_one(Member, found.merged_into_id)
    return found


def locked(work: UnitOfWork, member_id: UUID) -> Member:
    """The member, fresh and kept from everybody else until the transaction ends."""
    statement = select(Member).where(Member.id == member_id).with_for_update()
    return work.session.scalars(statement.execution_options(populate_existing=True)).one()


def locked_for(work: UnitOfWork, member_id: UUID) -> Member:
    """As ``locked``, for somebody who may see it only; raise NotFound."""
    return locked(work, fetch(work, Member, member_id).id)


def enrol(work: UnitOfWork, party_id: UUID, *, state: MemberState = MemberState.ACTIVE) -> Member:
    """Make the party a member; one that is already stays as it is."""
    if found := member_of(work, party_id):
        return found
    party = fetch(work, Party, party_id)
    programme = the_programme(work, party.company_id)
    number = next_number(work, party.company_id, SERIES)
    # The number's row is locked now, so nobody else enrols the same party meanwhile.
    if found := member_of(work, party_id):
        return found
    member = Member(
        company_id=party.company_id,
        programme_id=programme.id,
        party_id=party_id,
        number=number,
        state=state,
        joined_on=day_of(work),
    )
    work.session.add(member)
    work.session.flush()
    text = (
        lazy("Invited to %(programme)s")
        if state is MemberState.INVITED
        else lazy("Joined %(programme)s as %(number)s")
    )
    tell(work, member, "joined", text, programme=programme.name, number=number)
    return member


def earning_member(work: UnitOfWork, programme: Programme, party_id: UUID) -> Member | None:
    """Under lock, who earns what the party pays; None where nobody does."""
    found = member_of(work, party_id)
    if found is None:
        if programme.enrolment is not Enrolment.EVERYBODY:
            return None
        found = enrol(work, party_id)
    member = locked(work, found.id)
    return member if member.state in EARNING else None


def set_state(
    work: UnitOfWork, member_id: UUID, state: MemberState, *, version: int | None = None
) -> Member:
    """Activate, suspend or close. Closing forfeits what is left, and can not be undone."""
    member = locked_for(work, member_id)
    check_version(member, version)
    if state is MemberState.MERGED:
        raise RuleBroken(_("Members are merged by merging their contacts."))
    member.state = MEMBER_FLOW.step(member.state, state)
    if state is MemberState.CLOSED:
        _forfeit(work, member)
    tell(work, member, "state", _STATE_TEXTS[state])
    work.session.flush()
    return member


_STATE_TEXTS = {
    MemberState.INVITED: lazy("Membership is an invitation again"),
    MemberState.ACTIVE: lazy("Membership is active"),
    MemberState.SUSPENDED: lazy("Membership is suspended"),
    MemberState.CLOSED: lazy("Membership is closed"),
}


def tell(work: UnitOfWork, member: Member, kind: str, text: str, **params: str) -> None:
    """A line in the timeline of the member's party."""
    record(
        work,
        member.party_id,
        kind=f"loyalty.{kind}",
        text=phrase(text, **params),
        link=Link(PAGE, {"key": str(member.id)}),
    )


def _forfeit(work: UnitOfWork, member: Member) -> None:
    held = _held(work, member)
    pending = sum(lot.left for lot in held if lot.state is LotState.PENDING)
    ready = sum(lot.left for lot in held if lot.state is LotState.OPEN)
    for lot in held:
        lot.lapsed, lot.left, lot.state = lot.lapsed + lot.left, 0, LotState.FORFEITED
    if pending or ready:
        origin = Origin(f"loyalty.member:{member.id}", "closed")
        post(work, member, PostingKind.FORFEITED, entries.forfeited(ready, pending), origin)


def _held(work: UnitOfWork, member: Member) -> Sequence[Lot]:
    statement = select(Lot).where(
        Lot.member_id == member.id, Lot.state.in_((LotState.PENDING, LotState.OPEN))
    )
    return work.session.scalars(statement).all()
