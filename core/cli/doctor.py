"""``tandem doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from sqlalchemy.exc import SQLAlchemyError

from core.cli import checks
from core.cli.checks import Finding, Level
from core.cli.opened import opened
from core.cli.show import show_table
from core.errors import CrmError


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look at Python, files, fonts, keys, database, tables, modules, disk and worker."""
    findings = list(_examine())
    show_table(
        ("", "what", "finding"), [(found.level, found.what, found.words) for found in findings]
    )
    if failed := sum(found.level is Level.FAIL for found in findings):
        click.echo(f"tandem: {failed} of {len(findings)} checks failed.", err=True)
        ctx.exit(1)


def _examine() -> Iterator[Finding]:
    yield checks.python()
    yield from checks.files()
    yield checks.fonts()
    with opened() as host:
        yield from checks.keys(host.settings.data_dir)
        yield checks.disk(host.settings.data_dir)
        yield from checks.packages(host.registry)
        for ask in (
            checks.database,
            checks.tables,
            checks.installation,
            checks.modules,
            checks.users,
            checks.worker,
        ):
            try:
                yield from ask(host)
            except (CrmError, SQLAlchemyError) as error:
                # What comes after can not be asked either.
                yield Finding(Level.FAIL, "database", str(getattr(error, "orig", error)))
                return
