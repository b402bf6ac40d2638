"""What happens by itself: facts made anew, scores, pairs, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.companies import Company
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.work import UnitOfWork
from modules.analytics.services.facts import customers, refresh
from modules.analytics.services.scoring import batches, finish, read_company, write_scores
from modules.analytics.services.suggesting import associate
from modules.analytics.services.warning import warn_owners

#: Customers of one transaction.
_BATCH = 100


def rebuild(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Make every customer's facts anew: what events brought already is not written again."""
    after = None
    while not context.stopping:
        with context.write() as work:
            batch = customers(work, after=after, limit=_BATCH)
            if not batch:
                break
            refresh(work, batch)
        after = batch[-1]


def score(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Company by company: score, find pairs, warn."""
    with context.read() as work:
        companies = work.session.scalars(select(Company.id).order_by(Company.id)).all()
    for company_id in companies:
        if context.stopping:
            return
        _score(context, company_id)
        with context.write() as work:
            associate(work, company_id)
        with context.write() as work:
            warn_owners(work, company_id)


def _score(context: JobContext, company_id: UUID) -> None:
    """Read and thought over without holding anybody up, written a batch at a time."""
    with context.read() as work:
        whole = read_company(work, company_id, work.observed_at.date())
    for batch in batches(whole):
        with context.write() as work:
            write_scores(work, company_id, whole, batch=batch)
    with context.write() as work:
        finish(work, company_id, whole)


REBUILD = Job(name="analytics.rebuild", run=rebuild, cron="20 1 * * *")
SCORE = Job(name="analytics.score", run=score, cron="50 * * * *")


def install(work: UnitOfWork) -> None:
    """What billing had before this module came on is counted now, and scored within the hour."""
    enqueue(work, REBUILD, key="all")
    enqueue(work, SCORE, key="all")
