"""``tandem alert``: what somebody must know, and whether it reaches them."""

from __future__ import annotations

import click

from core.alerts.listing import ALERTS
from core.alerts.media import try_out
from core.alerts.rules import rules
from core.api.listing import ListQuery, page
from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table


@click.group()
def alert() -> None:
    """What somebody must know, and whether it reaches them."""


@alert.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
def list_alerts(*, everything: bool) -> None:
    """The newest first."""
    query = ListQuery(limit=200, filters={} if everything else {"open": "true"})
    with opened() as host, host.read(OPERATOR) as work:
        rows = [
            (
                row.cause,
                row.connection,
                f"{row.began_at:%Y-%m-%d %H:%M:%S}",
                f"{row.ended_at:%Y-%m-%d %H:%M:%S}" if row.ended_at else "open",
                row.words,
            )
            for row in page(work, ALERTS, query).rows
        ]
    show_table(("cause", "connection", "began", "ended", "words"), rows)


@alert.command()
def test() -> None:
    """Send a test by every medium that is set up, now."""
    with opened() as host:
        with host.read(OPERATOR) as work:
            found = rules(work)
        media = try_out(host.settings, found)
    if not media:
        raise click.ClickException("Nobody is set up to be told: see the page Alerts, Who is told.")
    click.echo(f"Sent by {' and '.join(media)}.")
