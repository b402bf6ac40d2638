"""Campaigns: written, approved, set going, held, and what became of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from core.clock import utcnow
from core.companies import Company, fetch, home
from core.errors import Invalid, RuleBroken
from core.ids import new_id
from core.jobs.queue import enqueue
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.events import CampaignSent
from modules.marketing.models import Campaign, Message, Purpose, Segment, Send
from modules.marketing.rules.states import (
    CAMPAIGN_FLOW,
    Audience,
    CampaignState,
    Reason,
    SendState,
)
from modules.marketing.services import winners
from modules.marketing.services.letters import check_fields, forget_links, number_links
from modules.marketing.services.segments import missing
from modules.marketing.services.sending import Lane

GATHER, SEND = "marketing.gather", "marketing.send"
_LABELS = "ABCDE"
#: What people fill in; the rest follows.
FIELDS = frozenset(
    {
        "name", "goal", "target_clicks", "target_revenue", "budget", "purpose_id", "segment_id",
        "excluded_id", "audience", "starts_at", "ends_at", "per_minute", "test_share",
        "winner_rule", "decide_after_hours",
    }
)  # fmt: skip


def make_campaign(work: UnitOfWork, values: Mapping[str, Any]) -> Campaign:
    """A draft with an empty first message. Raise Invalid, NotFound."""
    company = work.session.get_one(Company, home(work))
    campaign = Campaign(
        company_id=company.id,
        currency=company.currency,
        slug=_slug(str(values["name"])),
        created_by=work.actor.name,
    )
    _put(work, campaign, values)
    work.session.add(campaign)
    work.session.flush()
    work.session.add(_message(campaign, "A"))
    work.session.flush()
    return campaign


def change_campaign(
    work: UnitOfWork, campaign_id: UUID, values: Mapping[str, Any], *, version: int | None
) -> Campaign:
    campaign = _draft(work, campaign_id)
    check_version(campaign, version)
    _put(work, campaign, values)
    work.session.flush()
    return campaign


def add_variant(work: UnitOfWork, campaign_id: UUID) -> Message:
    """Another message to try out, a copy of the last."""
    campaign = _draft(work, campaign_id)
    known = messages(work, campaign.id)
    if len(known) >= len(_LABELS):
        raise RuleBroken(_("A campaign tries out five messages at most."))
    last = known[-1]
    added = _message(campaign, _LABELS[len(known)])
    added.subject, added.text, added.html = last.subject, last.text, last.html
    work.session.add(added)
    work.session.flush()
    number_links(work, added)
    return added


def drop_variant(work: UnitOfWork, message_id: UUID) -> None:
    """The last one; the first stays."""
    message = fetch(work, Message, message_id, lock=True)
    campaign = _draft(work, message.campaign_id or message_id)
    if message.label == "A" or message.id != messages(work, campaign.id)[-1].id:
        raise RuleBroken(_("Only the last message can be dropped, and never the first."))
    forget_links(work, message.id)
    work.session.delete(message)


def write_message(
    work: UnitOfWork, message_id: UUID, values: Mapping[str, str], *, version: int | None
) -> Message:
    """Subject, text and HTML. Raise Invalid for fields nobody knows."""
    message = fetch(work, Message, message_id, lock=True)
    if message.campaign_id is not None:
        _draft(work, message.campaign_id)
    check_version(message, version)
    message.subject, message.text = values["subject"].strip(), values["text"]
    message.html = values.get("html", "")
    check_fields(work, message)
    work.session.flush()
    number_links(work, message)
    return message


def messages(work: UnitOfWork, campaign_id: UUID) -> list[Message]:
    own = select(Message).where(Message.campaign_id == campaign_id).order_by(Message.label)
    return list(work.session.scalars(own))


def approve(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    """Somebody looked at it: nothing is missing, and it can start. Raise RuleBroken, Invalid."""
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    for message in messages(work, campaign.id):
        if not (message.subject and message.text):
            raise RuleBroken(_("Message %(label)s has no subject or no text.", label=message.label))
        check_fields(work, message)
    segment = work.session.get_one(Segment, campaign.segment_id)
    if gone := missing(work, segment):
        raise RuleBroken(
            _("Nobody is in the segment: no enabled module knows %(names)s.", names=", ".join(gone))
        )
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.APPROVED)
    campaign.approved_by = work.actor.name
    return campaign


def rework(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    """Back to the draft, to change something."""
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    if campaign.state is CampaignState.SCHEDULED:
        campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.APPROVED)
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.DRAFT)
    campaign.approved_by = ""
    return campaign


def schedule(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    """Have it start when it says; at once where it says nothing, or a time that is past."""
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    if campaign.starts_at is None or campaign.starts_at <= utcnow():
        return start(work, campaign)
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.SCHEDULED)
    _gather(work, campaign, at=campaign.starts_at)
    return campaign


def start(work: UnitOfWork, campaign: Campaign) -> Campaign:
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.RUNNING)
    campaign.started_at = utcnow()
    if campaign.audience is Audience.LIVE and campaign.ends_at is None:
        raise RuleBroken(_("A live audience needs an end: say until when people may enter."))
    _gather(work, campaign)
    return campaign


def pause(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.PAUSED)
    return campaign


def resume(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.RUNNING)
    _gather(work, campaign)
    return campaign


def cancel(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    """Whoever has not got it does not get it any more."""
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.CANCELLED)
    campaign.ended_at = utcnow()
    queued = update(Send).where(Send.campaign_id == campaign.id, Send.state == SendState.QUEUED)
    work.session.execute(queued.values(state=SendState.SUPPRESSED, reason=Reason.CANCELLED))
    return campaign


def archive(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.ARCHIVED)
    return campaign


def complete(work: UnitOfWork, campaign: Campaign) -> None:
    campaign.state = CAMPAIGN_FLOW.step(campaign.state, CampaignState.COMPLETED)
    campaign.ended_at = utcnow()
    found = counts(work, campaign.id)
    suppressed = found.pop(SendState.SUPPRESSED, 0)
    work.publish(
        CampaignSent(campaign_id=campaign.id, sent=sum(found.values()), suppressed=suppressed)
    )


def counts(work: UnitOfWork, campaign_id: UUID) -> dict[SendState, int]:
    statement = (
        select(Send.state, func.count()).where(Send.campaign_id == campaign_id).group_by(Send.state)
    )
    return {row[0]: int(row[1]) for row in work.session.execute(statement)}


def waits_for_winner(work: UnitOfWork, campaign: Campaign) -> bool:
    held = select(Send.id).where(
        Send.campaign_id == campaign.id,
        Send.state == SendState.QUEUED,
        Send.message_id.is_(None),
    )
    return campaign.winner_id is None and work.session.scalar(held.limit(1)) is not None


def choose_winner(work: UnitOfWork, campaign: Campaign) -> None:
    """The rest of the audience gets the variant that did best; why is kept in words."""
    found = winners.look(work, campaign, messages(work, campaign.id))
    campaign.winner_id, campaign.verdict = found.message_id, dict(found.words)
    held = update(Send).where(Send.campaign_id == campaign.id, Send.message_id.is_(None))
    work.session.execute(held.values(message_id=found.message_id, due_at=utcnow()))


def _gather(work: UnitOfWork, campaign: Campaign, at: datetime | None = None) -> None:
    args = {"campaign": str(campaign.id)}
    enqueue(work, GATHER, args, key=str(campaign.id), partition=f"gather:{campaign.id}", run_at=at)


def send_on(work: UnitOfWork, campaign: Campaign) -> None:
    lane = Lane(campaign.company_id, campaign.id)
    enqueue(work, SEND, lane.args, key=lane.key, partition=lane.key)


def _draft(work: UnitOfWork, campaign_id: UUID) -> Campaign:
    campaign = fetch(work, Campaign, campaign_id, lock=True)
    if campaign.state is not CampaignState.DRAFT:
        raise RuleBroken(_("Only a draft can be changed. Take it back to the draft first."))
    return campaign


def _put(work: UnitOfWork, campaign: Campaign, values: Mapping[str, Any]) -> None:
    for name, kind in (("segment_id", Segment), ("excluded_id", Segment), ("purpose_id", Purpose)):
        if values.get(name) is not None:
            fetch(work, kind, values[name])
    for name in FIELDS & values.keys():
        setattr(campaign, name, values[name])
    campaign.name = " ".join(campaign.name.split())
    if not campaign.goal.strip():
        problem = _("Say what the campaign is for: what should people do?")
        raise Invalid(problem, fields={"goal": problem})
    if campaign.audience is Audience.LIVE and campaign.ends_at is None:
        problem = _("A live audience needs an end.")
        raise Invalid(problem, fields={"ends_at": problem})


def _message(campaign: Campaign, label: str) -> Message:
    return Message(
        company_id=campaign.company_id, campaign_id=campaign.id, label=label, subject="", text=""
    )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    return f"{words or 'campaign'}-{new_id().hex[-6:]}"
