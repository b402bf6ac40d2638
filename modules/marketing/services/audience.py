"""From a campaign's segment to one row per person: in bulk, and each person once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, func, select

from core.clock import utcnow
from core.db.bulk import Upsert
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.marketing.models import Campaign, Message, Segment, Send
from modules.marketing.rules.states import Reason, SendState
from modules.marketing.services.permitted import Permit, permits
from modules.marketing.services.segments import CURRENT, people, within

#: People of one transaction.
CHUNK = 2_000
_TABLE = Send.__table__
assert isinstance(_TABLE, Table)  # noqa: S101 - for mypy: declarative types it as any FROM clause
_ROWS = Upsert(
    table=_TABLE,
    key=("campaign_id", "party_id"),
    keep=(
        "company_id",
        "purpose_id",
        "message_id",
        "address",
        "state",
        "reason",
        "attempts",
        "due_at",
        "words",
    ),
)


def gather(work: UnitOfWork, campaign: Campaign, after: UUID | None) -> UUID | None:
    """Give the next people of the audience their rows; answers where to go on, None at the end.

    Run again it adds nobody twice: who has a row is left out.
    """
    ids = _next(work, campaign, after)
    if not ids:
        return None
    found = permits(work, ids, purpose_id=campaign.purpose_id, company_id=campaign.company_id)
    taken = _taken(work, campaign.id, {one.address for one in found.values() if one.address})
    messages = _messages(work, campaign.id)
    rows = [_row(campaign, party_id, found[party_id], taken, messages) for party_id in ids]
    _ROWS.run(work.session, rows, same=_same(campaign))
    return ids[-1]


def audience(work: UnitOfWork, campaign: Campaign) -> ColumnElement[bool]:
    """The condition on ``Party`` that says who is meant."""
    segment = work.session.get_one(Segment, campaign.segment_id)
    meant = within(work, segment) & (Party.company_id == campaign.company_id) & CURRENT
    if campaign.excluded_id is None:
        return meant
    return meant & ~within(work, work.session.get_one(Segment, campaign.excluded_id))


def size(work: UnitOfWork, campaign: Campaign) -> int:
    meant = select(func.count()).select_from(Party).where(audience(work, campaign))
    return work.session.scalar(meant) or 0


def someone(work: UnitOfWork, campaign: Campaign) -> UUID | None:
    """Anybody of the audience, for a preview."""
    segment = work.session.get_one(Segment, campaign.segment_id)
    return work.session.scalar(people(work, segment).order_by(Party.name).limit(1))


def _next(work: UnitOfWork, campaign: Campaign, after: UUID | None) -> Sequence[UUID]:
    has_row = exists().where(Send.campaign_id == campaign.id, Send.party_id == Party.id)
    those = select(Party.id).where(audience(work, campaign), ~has_row)
    if after is not None:
        those = those.where(Party.id > after)
    return work.session.scalars(those.order_by(Party.id).limit(CHUNK)).all()


def _taken(work: UnitOfWork, campaign_id: UUID, addresses: set[str]) -> set[str]:
    """Addresses that get this campaign already, as of a couple with one mailbox."""
    statement = select(Send.address).where(
        Send.campaign_id == campaign_id,
        Send.address.in_(sorted(addresses)),
        Send.state != SendState.SUPPRESSED,
    )
    return set(work.session.scalars(statement))


def _messages(work: UnitOfWork, campaign_id: UUID) -> Sequence[UUID]:
    own = select(Message.id).where(Message.campaign_id == campaign_id)
    return work.session.scalars(own.order_by(Message.label)).all()


def _row(
    campaign: Campaign,
    party_id: UUID,
    permit: Permit,
    taken: set[str],
    messages: Sequence[UUID],
) -> dict[str, Any]:
    reason = permit.reason
    if reason is None and permit.address in taken:
        reason = Reason.SAME_ADDRESS
    if reason is None:
        taken.add(permit.address)
    return {
        "party_id": party_id,
        "address": permit.address,
        "message_id": variant(campaign, party_id, messages),
        "state": SendState.QUEUED if reason is None else SendState.SUPPRESSED,
        "reason": reason,
    }


def variant(campaign: Campaign, party_id: UUID, messages: Sequence[UUID]) -> UUID | None:
    """By the random part of the person's key; None: waits for the winner."""
    if campaign.winner_id is not None:
        return campaign.winner_id
    draw, which = party_id.int % 100, party_id.int // 100 % len(messages)
    tries_all = len(messages) == 1 or campaign.test_share in {0, 100}
    return messages[which] if tries_all or draw < campaign.test_share else None


def _same(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign_id": campaign.id,
        "company_id": campaign.company_id,
        "purpose_id": campaign.purpose_id,
        "attempts": 0,
        "due_at": utcnow(),
        "words": "",
    }
