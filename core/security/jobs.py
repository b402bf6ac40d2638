"""What security does by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.jobs.job import Job, JobContext
from core.security.sessions import forget_dead_sessions
from core.security.throttle import forget_old_tries


def sweep(context: JobContext, args: Mapping[str, Any]) -> None:  # noqa: ARG001 - every job's form
    """Sessions that ended by themselves, and tries that no longer count."""
    with context.write() as work:
        forget_dead_sessions(work)
        forget_old_tries(work)


JOBS = (Job(name="core.sweep_sessions", run=sweep, cron="41 * * * *", keep_done=False),)
