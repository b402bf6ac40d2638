"""``tandem sync sweep``: compare all of an ERP's records with what is here."""

from __future__ import annotations

import click

from core.cli.named import connection_named
from core.cli.opened import OPERATOR, opened
from core.errors import NotFound
from core.sync.gate import admitted
from core.sync.models import CursorMode
from core.sync.pull.asking import ask_sweep
from core.sync.pull.progress import progress


@click.command()
@click.argument("connection")
@click.option("--kind", "kinds", multiple=True, help="Like catalog.product; all without it.")
def sweep(*, connection: str, kinds: tuple[str, ...]) -> None:
    """Have the workers compare everything, and say how far they are with it.

    Every night does the same. Many deletions at once become a plan that asks.
    """
    with opened() as host, host.write(OPERATOR) as work:
        found = connection_named(work, connection)
        received = {receives.kind for receives in work.enabled.inbound}
        if strange := sorted(set(kinds) - received):
            raise NotFound(f"Nothing called {strange[0]} comes from an ERP.")
        ask_sweep(work, found, kinds or None, reason="The command line")
        if admitted(work, found) is None:
            click.echo(f"{connection} does not work now: it waits. See tandem sync status.")
        for one in progress(work, found):
            if one.mode is CursorMode.SWEEP and one.is_running:
                click.echo(f"{one.kind}: {one.records} compared so far")
