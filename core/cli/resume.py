"""``tandem sync resume`` and ``allow-push``: a person says what a held database or ERP is."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from core.cli.opened import OPERATOR, opened
from core.errors import Invalid, RuleBroken
from core.host import Host
from core.installation.deciding import after_restore, allow_push, as_clone
from core.installation.recognise import recognise
from core.installation.rewound import take_stock
from core.registry.models import Installation
from core.sync.inline import InlineContext
from core.sync.models import Connection

_WHICH = (
    "Say what this database is: --after-restore when it was put back to an earlier state, or was"
    " moved; --as-clone when it is a copy and the original goes on working."
)
_UNASKED = (
    "Nothing holds this database. As a copy it stops all that is on its way, and sends nothing any"
    " more until it is allowed to."
)


@click.command()
@click.option("--after-restore", "restored", is_flag=True, help="It, or the ERP, was put back.")
@click.option("--as-clone", "copied", is_flag=True, help="It is a copy: read, and send nothing.")
@click.option("--yes", is_flag=True, help="A copy, though nothing holds it: do not ask.")
def resume(*, restored: bool, copied: bool, yes: bool) -> None:
    """Let connections work again that are held since the database or the ERP is not as it was.

    After a restore all that has not arrived is looked for in the ERP before it is sent.
    """
    if restored and copied:
        raise click.UsageError("It is either --after-restore or --as-clone: say one of them.")
    with opened() as host:
        recognise(host)
        if not restored and not copied:
            raise Invalid(f"{_reason(host)} {_WHICH}")
        if copied:
            _make_sure(host, yes=yes)
            _as_clone(host)
        else:
            _after_restore(host)


@click.command("allow-push")
def push_allowed() -> None:
    """Let a copy send to its ERPs, now that it is no longer one."""
    with opened() as host:
        recognise(host)
        with host.write(OPERATOR) as work:
            allow_push(work)
        click.echo("This installation sends to its ERPs from now on.")


def _make_sure(host: Host, *, yes: bool) -> None:
    """What runs as one's own installation is made a copy on purpose only."""
    if yes or _reasons(host):
        return
    if not sys.stdin.isatty():
        raise RuleBroken(f"{_UNASKED} Repeat with --yes if that is meant.")
    click.confirm(f"{_UNASKED} Is it a copy?", abort=True)


def _as_clone(host: Host) -> None:
    with host.write(OPERATOR) as work:
        as_clone(work, host)
    recognise(host)
    click.echo("This is a copy: it reads from its ERPs and sends nothing. What was on its way is")
    click.echo("stopped, since the original sends it. tandem sync allow-push lets this one send.")


def _after_restore(host: Host) -> None:
    with host.read(OPERATOR) as work:
        held = work.session.scalars(select(Installation)).one().held
        apart = select(Connection).where(Connection.held.not_in(["", held]))
        connections = list(work.session.scalars(apart.order_by(Connection.name)))
    if held or not connections:
        with host.write(OPERATOR) as work:
            after_restore(work, host)
        recognise(host)
        click.echo("What has not arrived is looked for in the ERP before it is sent.")
    for connection in connections:
        take_stock(InlineContext(host, OPERATOR), {"connection": str(connection.id)})
        click.echo(
            f"{connection.name} works again; what the ERP lost is among the stopped records."
        )


def _reason(host: Host) -> str:
    reasons = _reasons(host)
    if not reasons:
        raise RuleBroken("Nothing is held. After a restore: tandem sync resume --after-restore.")
    return " ".join(sorted(reasons))


def _reasons(host: Host) -> set[str]:
    with host.read(OPERATOR) as work:
        held = work.session.scalars(select(Installation)).one().held
        return {held, *work.session.scalars(select(Connection.held))} - {""}
