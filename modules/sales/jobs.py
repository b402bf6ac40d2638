"""What sales does by itself: mails of quotations, offers that end, days that pass unkept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.jobs.job import Job, JobContext
from modules.sales.services.promises import AT_ONCE, judge_open_promises
from modules.sales.services.quotations.answers import expire_quotations
from modules.sales.services.quotations.mailing import post_offer
from modules.sales.services.quotations.sending import MAIL_JOB


def mail_quotation(context: JobContext, args: Mapping[str, Any]) -> None:
    settings = context.host.settings
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    with context.write() as work:
        post_offer(
            work,
            UUID(args["version"]),
            base=base,
            sender=settings.mail_from,
            message=args["message"],
        )


def end_quotations(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        expire_quotations(work)


def judge_promises(context: JobContext, _args: Mapping[str, Any]) -> None:
    """In short transactions: a company may have promised thousands."""
    judged = AT_ONCE
    while judged == AT_ONCE and not context.stopping:
        with context.write() as work:
            judged = judge_open_promises(work)


JOBS = (
    Job(name=MAIL_JOB, run=mail_quotation),
    Job(name="sales.end_quotations", run=end_quotations, cron="5 * * * *"),
    Job(name="sales.judge_promises", run=judge_promises, cron="20 * * * *"),
)
