"""Giving everybody of a campaign's audience their row, some thousands at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.clock import utcnow
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.work import UnitOfWork
from modules.marketing.models import Campaign
from modules.marketing.rules.states import Audience, CampaignState
from modules.marketing.services import campaigns
from modules.marketing.services.audience import gather as gather_some

GATHER = campaigns.GATHER
#: How often a live audience is looked at.
_AGAIN = timedelta(minutes=15)


def gather(context: JobContext, args: Mapping[str, Any]) -> None:
    """All who match and have no row yet; then they are sent to. A crash costs nothing."""
    campaign_id, after = UUID(args["campaign"]), None
    while not context.stopping:
        with context.write() as work:
            campaign = work.session.get_one(Campaign, campaign_id, with_for_update=True)
            if campaign.state is CampaignState.SCHEDULED:
                campaigns.start(work, campaign)
            if campaign.state is not CampaignState.RUNNING:
                return
            after = gather_some(work, campaign, after)
            if after is None:
                campaign.gathered = True
                campaigns.send_on(work, campaign)
                _again(work, campaign)
                return


def _again(work: UnitOfWork, campaign: Campaign) -> None:
    if campaign.audience is Audience.LIVE and campaign.ends_at and campaign.ends_at > utcnow():
        at = min(utcnow() + _AGAIN, campaign.ends_at)
        partition = f"gather:{campaign.id}"
        args = {"campaign": str(campaign.id)}
        enqueue(work, GATHER, args, key=str(campaign.id), partition=partition, run_at=at)


JOBS = (Job(name=GATHER, run=gather),)
