"""Which variant of a campaign did best, and how much that says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.work import UnitOfWork
from modules.marketing.models import Attribution, Campaign, Message, Send
from modules.marketing.rules.states import Model, SendState, WinnerRule
from modules.marketing.rules.verdicts import Tried, verdict

_ARRIVED = (SendState.SENT, SendState.COMPLAINED)


@dataclass(frozen=True, slots=True)
class Winner:
    """``words`` is plain JSON: counts by label, how sure it is, and by what it was chosen."""

    message_id: UUID
    words: Mapping[str, Any]


def look(work: UnitOfWork, campaign: Campaign, variants: Sequence[Message]) -> Winner:
    tried = [_tried(work, campaign, message) for message in variants]
    rule = campaign.winner_rule
    found = verdict(tried, are_shares=rule is not WinnerRule.REVENUE)
    words = {
        "rule": rule.value,
        "winner": found.winner,
        "sure": found.is_sure,
        "small": found.is_small,
        "chance": None if found.chance is None else f"{found.chance:.3f}",
        "tried": [{"label": one.label, "sent": one.sent, "hits": one.hits} for one in tried],
    }
    winner = next(message for message in variants if message.label == found.winner)
    return Winner(winner.id, words)


def _tried(work: UnitOfWork, campaign: Campaign, message: Message) -> Tried:
    moment = Send.opened_at if campaign.winner_rule is WinnerRule.OPENS else Send.clicked_at
    row = work.session.execute(
        select(func.count(), func.count(moment)).where(
            Send.message_id == message.id, Send.state.in_(_ARRIVED)
        )
    ).one()
    hits = int(row[1])
    if campaign.winner_rule is WinnerRule.REVENUE:
        hits = _revenue(work, campaign, message)
    return Tried(message.label, int(row[0]), hits)


def _revenue(work: UnitOfWork, campaign: Campaign, message: Message) -> int:
    """Paid by those who got this variant, in hundredths."""
    those = select(Send.party_id).where(Send.message_id == message.id)
    amounts = select(Attribution.net).where(
        Attribution.campaign_id == campaign.id,
        Attribution.model == Model.LAST,
        Attribution.party_id.in_(those),
    )
    return int(sum(work.session.scalars(amounts)) * 100)
