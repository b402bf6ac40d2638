"""Sends in and out of hand: the statements the sending job is made of.

A mail is in hand from the commit that marks its row to the commit that says what became of it, one
mail at a time. So a worker that dies leaves one row ``sending``, which nobody sends again: it may
have gone out. Everybody else's row is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Update, bindparam, func, select, update
from sqlalchemy.orm import aliased

from core.back_off import back_off_s
from core.clock import utcnow
from core.work import UnitOfWork
from modules.marketing.models import Campaign, Message, Policy, Purpose, Send
from modules.marketing.rules.states import CampaignState, Reason, SendState
from modules.marketing.rules.windows import next_open
from modules.marketing.services.letters import Addressed, Draft, links_of, merge_values
from modules.marketing.services.permitted import cap_of, permits, permitted, policy_of

#: Mails read at a time; each is taken in hand on its own.
BATCH = 100
#: "Not now" for one address so often, from minutes to hours apart, is a no.
MOST_ATTEMPTS = 8
_LONGEST_WAIT_S = 4 * 3600.0
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lane:
    """One queue of sends: a campaign's, or those of a company's journeys."""

    company_id: UUID
    campaign_id: UUID | None

    @property
    def key(self) -> str:
        return f"marketing:{self.campaign_id or self.company_id}"

    @property
    def args(self) -> dict[str, str]:
        own = {"campaign": str(self.campaign_id)} if self.campaign_id else {}
        return {"company": str(self.company_id), **own}

    @classmethod
    def of(cls, args: Any) -> Lane:
        campaign = args.get("campaign")
        return cls(UUID(args["company"]), UUID(campaign) if campaign else None)

    @property
    def where(self) -> ColumnElement[bool]:
        if self.campaign_id is not None:
            return Send.campaign_id == self.campaign_id
        return Send.campaign_id.is_(None) & (Send.company_id == self.company_id)


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes out next; or nothing, and when to look again (None: nothing waits)."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    drafts: dict[UUID, Draft]
    values: dict[UUID, dict[str, Any]]
    policy: Policy
    look_again: datetime | None

    def addressed(self, row: Row[*tuple[Any, ...]]) -> Addressed:
        return Addressed(
            send_id=row.id, address=row.address, values=self.values.get(row.party_id, {})
        )


def doubt_the_lost(work: UnitOfWork, lane: Lane, words: str) -> int:
    """Rows a dead worker had in hand; the caller is the only one on this lane."""
    lost = update(Send).where(lane.where, Send.state == SendState.SENDING)
    return _count(work, lost.values(state=SendState.IN_DOUBT, words=words))


def next_batch(work: UnitOfWork, lane: Lane) -> Batch:
    now = utcnow()
    policy = policy_of(work, lane.company_id)
    opens = next_open(now, policy.opens_at, policy.closes_at, policy.zone)
    room, free_at = _room(work, lane, now)
    if not _may_run(work, lane):
        return Batch((), {}, {}, policy, None)
    later = max(opens, free_at)
    if later > now:
        return Batch((), {}, {}, policy, later if _waits(work, lane) else None)
    rows = _due(work, lane, now, min(room, BATCH))
    if not rows:
        return Batch((), {}, {}, policy, _waits(work, lane))
    drafts = _drafts(work, {row.message_id for row in rows})
    fields = frozenset[str]().union(*(draft.fields.all for draft in drafts.values()))
    values = merge_values(work, fields, list({row.party_id for row in rows}))
    return Batch(rows, drafts, values, policy, None)


def take(work: UnitOfWork, send_id: UUID, policy: Policy) -> bool:
    """Mark it as in hand if it still may go out, by what is known in this very statement."""
    given = {"send": send_id, **cap_of(policy)}
    found = work.session.execute(_taken(capped=bool(policy.cap_mails)), given)
    return bool(found.rowcount == 1)  # type: ignore[attr-defined]  # of an UPDATE


@lru_cache(maxsize=2)  # building it costs several times what the database needs for it
def _taken(*, capped: bool) -> Update:
    return (
        update(Send)
        .where(
            Send.id == bindparam("send"),
            Send.state == SendState.QUEUED,
            permitted(Send, aliased(Send), capped=capped),
        )
        .values(state=SendState.SENDING, attempts=Send.attempts + 1)
        .execution_options(synchronize_session=False)
    )


def refuse(work: UnitOfWork, send_id: UUID) -> bool:
    """It could not be taken: write down why. False when its campaign stands still."""
    send = work.session.get_one(Send, send_id, with_for_update=True)
    if send.state is not SendState.QUEUED:
        return True
    if send.campaign_id and _state(work, send.campaign_id) is not CampaignState.RUNNING:
        return False
    permit = permits(work, [send.party_id], purpose_id=send.purpose_id, company_id=send.company_id)[
        send.party_id
    ]
    same = permit.reason is None and permit.address == send.address
    suppress(work, send_id, Reason.ARCHIVED if same else permit.reason or Reason.NO_CONSENT)
    return True


def suppress(work: UnitOfWork, send_id: UUID, reason: Reason, words: str = "") -> None:
    one = update(Send).where(Send.id == send_id, Send.state == SendState.QUEUED)
    work.session.execute(one.values(state=SendState.SUPPRESSED, reason=reason, words=words[:500]))


def settle(work: UnitOfWork, send_id: UUID, state: SendState, words: str) -> None:
    """What became of the mail in hand."""
    values: dict[str, Any] = {"state": state, "words": words[:500]}
    if state is SendState.SENT:
        values["sent_at"] = utcnow()
    if state is SendState.BOUNCED:
        values["bounced_at"] = utcnow()
    one = update(Send).where(Send.id == send_id, Send.state == SendState.SENDING)
    work.session.execute(one.values(values))


def put_back(work: UnitOfWork, send_id: UUID, words: str) -> None:
    """Nobody got it and nothing is wrong with it: as if it had not been taken."""
    one = update(Send).where(Send.id == send_id, Send.state == SendState.SENDING)
    values = {"state": SendState.QUEUED, "attempts": Send.attempts - 1, "words": words[:500]}
    work.session.execute(one.values(values).execution_options(synchronize_session=False))


def later(work: UnitOfWork, send_id: UUID, words: str) -> None:
    """The server says "not now" to this address: again after a while, or given up."""
    attempts = work.session.scalar(select(Send.attempts).where(Send.id == send_id)) or 0
    one = update(Send).where(Send.id == send_id, Send.state == SendState.SENDING)
    values: dict[str, Any] = {"state": SendState.REFUSED, "words": words[:500]}
    if attempts < MOST_ATTEMPTS:
        wait = timedelta(seconds=back_off_s(attempts + 3, longest_s=_LONGEST_WAIT_S))
        values |= {"state": SendState.QUEUED, "due_at": utcnow() + wait}
    work.session.execute(one.values(values))


def is_over(work: UnitOfWork, campaign: Campaign) -> bool:
    """Everybody has their outcome, and nobody can be added any more."""
    open_states = (SendState.QUEUED, SendState.SENDING)
    waits = select(Send.id).where(Send.campaign_id == campaign.id, Send.state.in_(open_states))
    if not campaign.gathered or work.session.scalar(waits.limit(1)) is not None:
        return False
    return campaign.ends_at is None or campaign.ends_at <= utcnow()


def _may_run(work: UnitOfWork, lane: Lane) -> bool:
    if lane.campaign_id is None:
        return True
    return _state(work, lane.campaign_id) is CampaignState.RUNNING


def _state(work: UnitOfWork, campaign_id: UUID) -> CampaignState | None:
    return work.session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))


def _room(work: UnitOfWork, lane: Lane, now: datetime) -> tuple[int, datetime]:
    """How many may go out now, and when there is room again."""
    if lane.campaign_id is None:
        return BATCH, now
    limit = work.session.scalar(select(Campaign.per_minute).where(Campaign.id == lane.campaign_id))
    if not limit:
        return BATCH, now
    row = work.session.execute(
        select(func.count(), func.min(Send.sent_at)).where(
            Send.campaign_id == lane.campaign_id, Send.sent_at > now - _MINUTE
        )
    ).one()
    room, oldest = limit - int(row[0]), row[1]
    return max(room, 0), now if room > 0 or oldest is None else oldest + _MINUTE


def _due(work: UnitOfWork, lane: Lane, now: datetime, most: int) -> Sequence[Row[*tuple[Any, ...]]]:
    statement = (
        select(Send.id, Send.party_id, Send.address, Send.message_id)
        .where(
            lane.where,
            Send.state == SendState.QUEUED,
            Send.message_id.is_not(None),
            Send.due_at <= now,
        )
        .order_by(Send.due_at, Send.id)
        .limit(most)
    )
    return work.session.execute(statement).all()


def _waits(work: UnitOfWork, lane: Lane) -> datetime | None:
    """When the next one is due of those that do not wait for a winner."""
    return work.session.scalar(
        select(func.min(Send.due_at)).where(
            lane.where, Send.state == SendState.QUEUED, Send.message_id.is_not(None)
        )
    )


def _drafts(work: UnitOfWork, message_ids: set[UUID]) -> dict[UUID, Draft]:
    """Messages with their links, and the purpose that is named at their end."""
    found: dict[UUID, Draft] = {}
    for message in work.session.scalars(select(Message).where(Message.id.in_(message_ids))):
        found[message.id] = Draft(message, links_of(work, message.id), purpose_of(work, message))
    return found


def purpose_of(work: UnitOfWork, message: Message) -> str:
    """The title of what the reader agreed to."""
    if message.campaign_id is not None:
        own = select(Campaign.purpose_id).where(Campaign.id == message.campaign_id)
    else:
        own = select(Send.purpose_id).where(Send.message_id == message.id).limit(1)
    title = select(Purpose.title).where(Purpose.id == own.scalar_subquery())
    return work.session.scalar(title) or ""


def _count(work: UnitOfWork, statement: Any) -> int:
    found: int = work.session.execute(statement).rowcount  # type: ignore[attr-defined]  # of an UPDATE
    return found
