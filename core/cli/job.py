"""``tandem job``: what workers do, and what stopped."""

from __future__ import annotations

from uuid import UUID

import click

from core.api.listing import ListQuery, page
from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table
from core.jobs import queue
from core.jobs.models import JobState
from core.stuck import JOBS, stopped_jobs

#: Rows of one listing; narrow it by name to see others.
_MOST = 200


@click.group()
def job() -> None:
    """What workers do, and what stopped."""


@job.command("list")
@click.option(
    "--state",
    type=click.Choice([*(state.value for state in JobState), "all"]),
    default=JobState.STOPPED.value,
    show_default=True,
)
@click.option("--name", help="Only jobs of this name, like core.alerts.send.")
def list_jobs(*, state: str, name: str | None) -> None:
    """The newest first; those that stopped with their reason."""
    wanted = {"state": "" if state == "all" else state, "name": name or ""}
    query = ListQuery(limit=_MOST, filters={key: text for key, text in wanted.items() if text})
    with opened() as host, host.read(OPERATOR) as work:
        rows = [
            (
                str(row.id),
                row.name,
                row.state,
                str(row.attempts),
                f"{row.created_at:%Y-%m-%d %H:%M:%S}",
                row.reason or "",
            )
            for row in page(work, JOBS, query).rows
        ]
    show_table(("id", "job", "state", "tries", "since", "reason"), rows)


@job.command()
@click.argument("job_id", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="Every job that stopped.")
def retry(*, job_id: UUID | None, everything: bool) -> None:
    """Let a stopped job try again from the start; its history stays."""
    if (job_id is None) is not everything:
        raise click.UsageError("Name one job, or say --all.")
    with opened() as host, host.write(OPERATOR) as work:
        found = [row.id for row in stopped_jobs(work, _MOST)] if everything else [job_id]
        for key in filter(None, found):
            queue.retry(work, key)
    click.echo("One job is tried again." if len(found) == 1 else f"{len(found)} are tried again.")
