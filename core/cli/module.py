"""``tandem module``: what is installed, and what is on."""

from __future__ import annotations

import click

from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table


@click.group()
def module() -> None:
    """What is installed, and what is on."""


@module.command("list")
def list_modules() -> None:
    """Every installed module and its state; broken ones with the reason."""
    with opened() as host:
        with host.read(OPERATOR) as work:
            on = work.enabled.names
        registry = host.registry
        rows = [
            (name, "enabled" if name in on else "disabled", found.version, found.item.title)
            for name, found in registry.modules.items()
        ]
        rows += [(name, "broken", "", reason) for name, reason in registry.found.broken.items()]
    show_table(("module", "state", "version", "title"), sorted(rows))


@module.command()
@click.argument("name")
def enable(name: str) -> None:
    """Make the module's tables, if it has none yet, and turn it on."""
    with opened() as host:
        changed = host.enable(name, OPERATOR)
    click.echo(f"{name} is on." if changed else f"{name} was on already.")


@module.command()
@click.argument("name")
def disable(name: str) -> None:
    """Turn the module off; its data stays."""
    with opened() as host:
        changed = host.disable(name)
    click.echo(f"{name} is off; its data stays." if changed else f"{name} was off already.")
