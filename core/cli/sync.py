"""``tandem sync``: what goes to and comes from the ERPs."""

from __future__ import annotations

from typing import Any

import click
import orjson
from sqlalchemy import select

from core.cli.decisions import COMMANDS
from core.cli.opened import OPERATOR, opened
from core.cli.reconcile import reconcile
from core.cli.resume import push_allowed, resume
from core.cli.show import show_table
from core.cli.sweep import sweep
from core.errors import RuleBroken
from core.host import Host
from core.installation.recognise import recognise
from core.installation.standing import standing
from core.sync.inline import InlineContext
from core.sync.models import Connection, ConnectionState
from core.sync.overview import overview
from core.sync.pull.job import pull_once
from core.sync.push.claim import Route
from core.sync.push.run import push_all


@click.group()
def sync() -> None:
    """What goes to and comes from the ERPs."""


sync.add_command(reconcile)
for command in COMMANDS:
    sync.add_command(command)
sync.add_command(resume)
sync.add_command(sweep)
sync.add_command(push_allowed)


@sync.command()
@click.option("--push-only", is_flag=True, help="Send what is due, read nothing.")
def run(*, push_only: bool) -> None:
    """Send what is due and read what changed, now and in this process.

    Workers may be at it at the same time: no record is sent twice.
    """
    with opened() as host:
        recognise(host)
        _check_free(host)
        for connection in _live(host):
            context = InlineContext(host, OPERATOR)
            for kind in _kinds(host):
                push_all(context, Route(connection.id, kind), claimant=context.job_id)
            if not push_only:
                pull_once(context, connection.id)
        _show(host)


@sync.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(*, as_json: bool) -> None:
    """Per connection: what is on its way, what is wrong, and what to do about it."""
    with opened() as host:
        if as_json:
            click.echo(orjson.dumps(_rows(host)))
        else:
            _show(host)


def _check_free(host: Host) -> None:
    """Nothing was sent or read: that is not what whoever asked for it expects of a good end."""
    with host.read(OPERATOR) as work:
        held = standing(work).held
    if held:
        raise RuleBroken(f"{held} Say what it is: tandem sync resume.")


def _live(host: Host) -> list[Connection]:
    live = select(Connection).where(Connection.state == ConnectionState.LIVE)
    with host.read(OPERATOR) as work:
        return list(work.session.scalars(live.order_by(Connection.name)))


def _kinds(host: Host) -> list[str]:
    """In load order, twice: what others refer to goes first, and wakes what waited for it."""
    with host.read(OPERATOR) as work:
        kinds = list(work.enabled.outbound)
    return kinds * 2


def _rows(host: Host) -> list[dict[str, Any]]:
    with host.read(OPERATOR) as work:
        return [
            {
                "connection": health.connection.name if health.connection else None,
                "state": health.connection.state.value if health.connection else None,
                "health": health.words,
                "on_the_way": health.on_the_way,
                "waiting": health.waiting,
                "in_doubt": health.in_doubt,
                "stopped": health.stopped,
                "oldest_at": health.oldest_at.isoformat() if health.oldest_at else None,
                "advice": health.advice,
            }
            for health in overview(work)
        ]


def _show(host: Host) -> None:
    rows = _rows(host)
    head = ("connection", "health", "on the way", "waiting", "in doubt", "stopped", "advice")
    show_table(
        head,
        [tuple("" if row[key] is None else str(row[key]) for key in _keys(head)) for row in rows],
    )


def _keys(head: tuple[str, ...]) -> list[str]:
    return [name.replace(" ", "_") for name in head]
