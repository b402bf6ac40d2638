"""What happens by itself: points leave escrow, lots and vouchers expire, tiers end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from core.jobs.job import Job, JobContext
from modules.loyalty.services.checking import wrong_members
from modules.loyalty.services.passing import expire_vouchers, members_due, pass_time

log = structlog.get_logger(__name__)

#: Members looked up at a time; each has a transaction of its own.
_BATCH = 200


class WrongLedger(Exception):
    """Sums, lots and postings disagree: the job stops, so that a person looks."""


def pass_day(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Every member for whom something is due, one transaction each."""
    after = None
    while not context.stopping:
        with context.read() as work:
            due = members_due(work, after=after, limit=_BATCH)
        if not due:
            break
        for member_id in due:
            with context.write() as work:
                pass_time(work, member_id)
        after = due[-1]
    while not context.stopping:
        with context.write() as work:
            if not expire_vouchers(work, limit=_BATCH):
                break


def check_ledger(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.read() as work:
        wrong = wrong_members(work)
    if wrong:
        log.error("loyalty.ledger_is_wrong", members=wrong)
        raise WrongLedger(f"The sums of {', '.join(wrong)} are not what their postings say.")


PASS_DAY = Job(name="loyalty.pass_day", run=pass_day, cron="7 * * * *")
CHECK_LEDGER = Job(name="loyalty.check_ledger", run=check_ledger, cron="40 2 * * *", max_attempts=1)
