"""Two parties turn out to be one: the stricter consent holds, and what they got moves along."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from core.work import UnitOfWork
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.services.following import follow, go_back, move_records
from modules.marketing.models import (
    Attribution,
    Consent,
    Enrolment,
    SegmentMember,
    Send,
    Touch,
)
from modules.marketing.rules.states import ConsentSource, ConsentState, EnrolmentState
from modules.marketing.services.consents import Said, say

#: Entries of consents stay with whom they were said of: a proof is never edited.
_COLUMNS = (Touch.party_id, Attribution.party_id)
_SHARED = (Send.party_id, SegmentMember.party_id, Enrolment.party_id)
_UNDER_WAY = (EnrolmentState.ACTIVE, EnrolmentState.WAITING)


def follow_merge(event: PartyMerged, work: UnitOfWork) -> None:
    """Consents are intersected: what either has not given, or has withdrawn, is not given."""
    _intersect(work, event)
    follow(work, event, _COLUMNS)
    move_records(work, event, Send.party_id, _sends(event))
    move_records(work, event, SegmentMember.party_id, _members(event))
    move_records(work, event, Enrolment.party_id, _enrolments(event))


def go_apart(event: PartyUnmerged, work: UnitOfWork) -> None:
    """What they got goes back; consents of the kept party stay as strict as they are."""
    go_back(work, event, (*_COLUMNS, *_SHARED))


def _intersect(work: UnitOfWork, event: PartyMerged) -> None:
    own = select(Consent).where(Consent.party_id.in_((event.kept_id, event.merged_id)))
    by_use: dict[tuple[UUID, str], dict[UUID, Consent]] = {}
    for row in work.session.scalars(own):
        by_use.setdefault((row.purpose_id, row.channel), {})[row.party_id] = row
    for (purpose_id, _channel), rows in by_use.items():
        kept, merged = rows.get(event.kept_id), rows.get(event.merged_id)
        _keep_stricter(work, event, purpose_id, kept, merged)


def _keep_stricter(
    work: UnitOfWork,
    event: PartyMerged,
    purpose_id: UUID,
    kept: Consent | None,
    merged: Consent | None,
) -> None:
    """The kept party's given consent falls where the merged one did not give it too."""
    if kept is None or kept.state is not ConsentState.GIVEN:
        if merged is not None and merged.state is ConsentState.WITHDRAWN and kept is None:
            _say(work, event, purpose_id, merged)
        return
    if merged is not None and merged.state is not ConsentState.GIVEN:
        _say(work, event, purpose_id, merged)


def _say(work: UnitOfWork, event: PartyMerged, purpose_id: UUID, merged: Consent) -> None:
    said = Said(
        party_id=event.kept_id,
        purpose_id=purpose_id,
        channel=merged.channel,
        state=ConsentState.WITHDRAWN,
        source=ConsentSource.MERGE,
        basis=merged.basis,
        address=merged.address,
        proof={"merged": str(event.merged_id), "said_there": merged.state.value},
    )
    say(work, said)


def _sends(event: PartyMerged) -> object:
    """All but those of campaigns both got: one row per person and campaign."""
    other = aliased(Send)
    both = exists().where(other.party_id == event.kept_id, other.campaign_id == Send.campaign_id)
    return select(Send.id).where(Send.party_id == event.merged_id, ~both)


def _members(event: PartyMerged) -> object:
    other = aliased(SegmentMember)
    both = exists().where(
        other.party_id == event.kept_id, other.segment_id == SegmentMember.segment_id
    )
    return select(SegmentMember.id).where(SegmentMember.party_id == event.merged_id, ~both)


def _enrolments(event: PartyMerged) -> object:
    other = aliased(Enrolment)
    both = exists().where(
        other.party_id == event.kept_id,
        other.journey_id == Enrolment.journey_id,
        other.state.in_(_UNDER_WAY),
    )
    mine = select(Enrolment.id).where(Enrolment.party_id == event.merged_id)
    return mine.where(~(both & Enrolment.state.in_(_UNDER_WAY)))
