"""What happens by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.jobs.job import Job, JobContext
from modules.portal.services.visits import forget_old_visits


def forget(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.write() as work:
        forget_old_visits(work)


FORGET = Job(name="portal.forget_visits", run=forget, cron="23 3 * * *")
