"""``tandem db``: the database's tables."""

from __future__ import annotations

import click

from core.cli.opened import opened


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the tables of Tandem and its enabled modules up to date."""
    with opened() as host:
        done = host.upgrade()
    click.echo(f"Upgraded: {', '.join(done)}." if done else "Everything is up to date.")
