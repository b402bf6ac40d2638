"""What a campaign has come to: counts, reasons and revenue, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from core.work import UnitOfWork
from modules.marketing.models import Campaign, Response, Send
from modules.marketing.rules.states import Model, Reason, ResponseKind, SendState
from modules.marketing.services.attribution import Revenue, revenue
from modules.marketing.services.campaigns import counts

#: The server took these; whether they reached a person, opens and clicks say, weakly.
_TAKEN = (SendState.SENT, SendState.COMPLAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    states: Mapping[SendState, int]
    reasons: Mapping[Reason, int]
    opened: int
    clicked: int
    unsubscribed: int
    #: Opens and clicks of programs; they count for nothing.
    machines: int
    revenue: Mapping[Model, Revenue]
    variants: Sequence[Row[*tuple[Any, ...]]]

    @property
    def audience(self) -> int:
        return sum(self.states.values())

    @property
    def taken(self) -> int:
        return sum(self.states.get(state, 0) for state in _TAKEN)


def results(work: UnitOfWork, campaign: Campaign) -> Results:
    opened, clicked, unsubscribed = work.session.execute(
        select(
            func.count(Send.opened_at),
            func.count(Send.clicked_at),
            func.count(Send.unsubscribed_at),
        ).where(Send.campaign_id == campaign.id)
    ).one()
    return Results(
        states=counts(work, campaign.id),
        reasons=_reasons(work, campaign.id),
        opened=opened,
        clicked=clicked,
        unsubscribed=unsubscribed,
        machines=_machines(work, campaign.id),
        revenue=revenue(work, campaign.id),
        variants=_variants(work, campaign.id),
    )


def _reasons(work: UnitOfWork, campaign_id: UUID) -> dict[Reason, int]:
    statement = (
        select(Send.reason, func.count())
        .where(Send.campaign_id == campaign_id, Send.reason.is_not(None))
        .group_by(Send.reason)
    )
    return {row[0]: int(row[1]) for row in work.session.execute(statement) if row[0]}


def _machines(work: UnitOfWork, campaign_id: UUID) -> int:
    statement = (
        select(func.count())
        .select_from(Response)
        .join(Send, Send.id == Response.send_id)
        .where(
            Send.campaign_id == campaign_id,
            Response.kind.in_((ResponseKind.OPEN, ResponseKind.CLICK)),
            Response.machine != "",
        )
    )
    return work.session.scalar(statement) or 0


def _variants(work: UnitOfWork, campaign_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Per message: sent, opened, clicked."""
    statement = (
        select(
            Send.message_id,
            func.count(Send.sent_at).label("sent"),
            func.count(Send.opened_at).label("opened"),
            func.count(Send.clicked_at).label("clicked"),
        )
        .where(Send.campaign_id == campaign_id, Send.message_id.is_not(None))
        .group_by(Send.message_id)
    )
    return work.session.execute(statement).all()
