"""``tandem event``: who listens to what modules publish, and who stopped."""

from __future__ import annotations

import click

from core import dispatch
from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table
from core.stuck import subscribers


@click.group()
def event() -> None:
    """Who listens to what modules publish, and who stopped."""


@event.command("list")
@click.option("--stopped", is_flag=True, help="Only those a person must look at.")
def list_subscribers(*, stopped: bool) -> None:
    """Every durable subscriber and how far it is; a stopped one with its reason."""
    with opened() as host, host.read(OPERATOR) as work:
        rows = [
            (one.name, one.module, str(one.place), one.event, one.stopped)
            for one in subscribers(work, stopped=stopped)
        ]
    show_table(("subscriber", "module", "place", "stopped at", "reason"), rows)


@event.command()
@click.argument("subscriber")
def resume(subscriber: str) -> None:
    """Let a stopped subscriber try the same event again."""
    with opened() as host, host.write(OPERATOR) as work:
        dispatch.resume(work, subscriber)
    click.echo(f"{subscriber} tries again.")


@event.command()
@click.argument("subscriber")
@click.confirmation_option(prompt="It never gets the event it stopped at. Go on?")
def skip(subscriber: str) -> None:
    """Let a subscriber go on behind the event it stopped at, which it then never gets."""
    with opened() as host, host.write(OPERATOR) as work:
        dispatch.skip(work, subscriber)
    click.echo(f"{subscriber} goes on behind that event.")
