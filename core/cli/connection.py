"""``tandem connection``: ERPs this installation works with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson
from sqlalchemy import select

from core.cli.decisions import computed_plan, show_plan
from core.cli.named import connection_named
from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table
from core.companies import Company, fetch, home
from core.errors import Invalid, NotFound
from core.host import Host
from core.sync import connections as services
from core.sync.changing import Risks, set_pace, take_risks
from core.sync.models import Connection, PlanPurpose, PlanState
from core.sync.open_sessions import secret_fields
from core.sync.overview import overview
from core.sync.plans import approve, propose
from core.work import UnitOfWork

_PAIR = "NAME=VALUE"
#: How long the plan of a first load is waited for; then it is found on its page.
_PLAN_WAIT_S = 300


@click.group()
def connection() -> None:
    """ERPs this installation works with."""


@connection.command()
@click.argument("name")
@click.option("--connector", required=True, help="Its kind, like tryton or fake.")
@click.option("--set", "plain", multiple=True, metavar=_PAIR, help="A setting that is no secret.")
@click.option("--secret-env", multiple=True, metavar="NAME=VARIABLE", help="From the environment.")
@click.option("--secret-file", multiple=True, metavar="NAME=FILE", help="A file's first line.")
@click.option("--company", help="Whose orders it takes; not needed where there is one company.")
@click.option("--test/--no-test", "tests", default=True, help="Test it, and let it work if well.")
@click.option("--yes", is_flag=True, help="Approve the plan of its first load.")
def add(  # noqa: PLR0913 - one parameter per option
    *,
    name: str,
    connector: str,
    plain: tuple[str, ...],
    secret_env: tuple[str, ...],
    secret_file: tuple[str, ...],
    company: str | None,
    tests: bool,
    yes: bool,
) -> None:
    """Set up a connection. What is secret never stands in the arguments: everybody can list them.

    Nothing is read over before the plan of its first load, which is shown, is approved.

    Secrets that are given neither way are asked for at a terminal.
    """
    with opened() as host:
        schema = host.registry.connector(connector).manifest.settings
        secrets = secret_fields(schema)
        given = _plain(plain, secrets)
        given |= {key: os.environ.get(value, "") for key, value in _pairs(secret_env)}
        given |= {key: _first_line(Path(value)) for key, value in _pairs(secret_file)}
        given |= _asked(secrets - given.keys())
        with host.write(OPERATOR) as work:
            made = services.add(
                work,
                host,
                name=name,
                connector=connector,
                company_id=_company(work, company),
                settings=given,
            )
            plan_id = propose(work, made.id, PlanPurpose.FIRST_LOAD).id
        click.echo(f"{name} is set up.")
        if tests:
            _say(services.check(host, OPERATOR, made.id), name)
            _first_load(host, plan_id, is_approved=yes)


def _first_load(host: Host, plan_id: UUID, *, is_approved: bool) -> None:
    plan = computed_plan(host, plan_id, _PLAN_WAIT_S)
    show_plan(plan)
    if plan.state is not PlanState.READY:
        return
    if not is_approved:
        click.echo(f"Nothing is read over yet. To have it done: tandem sync approve {plan_id}")
        return
    with host.write(OPERATOR) as work:
        approve(work, plan_id)
    click.echo("Approved: the workers read it over.")


@connection.command()
@click.argument("name")
def test(name: str) -> None:
    """Log in and ask the ERP who it is; a connection that was never tested works from then on."""
    with opened() as host:
        _say(services.check(host, OPERATOR, _id_of(host, name)), name)


@connection.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_connections(*, as_json: bool) -> None:
    """Every connection, how it fares, and what to do about it."""
    with opened() as host, host.read(OPERATOR) as work:
        found = [health for health in overview(work) if health.connection]
        rows = [
            (one.name, one.connector, one.state.words, health.words, health.advice)
            for health in found
            if (one := health.connection)
        ]
    head = ("name", "connector", "state", "health", "advice")
    if as_json:
        click.echo(orjson.dumps([dict(zip(head, row, strict=True)) for row in rows]))
    else:
        show_table(head, rows)


# A number below zero is refused in words, not taken for an option.
@connection.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("calls_per_second")
def pace(name: str, calls_per_second: str) -> None:
    """Let no more calls per second leave for the ERP; ``none`` takes the limit away."""
    try:
        limit = None if calls_per_second == "none" else Decimal(calls_per_second)
    except InvalidOperation as error:
        raise Invalid(f"{calls_per_second} is no number of calls per second.") from error
    with opened() as host:
        connection_id = _id_of(host, name)
        with host.write(OPERATOR) as work:
            set_pace(fetch(work, Connection, connection_id, lock=True), limit)
    click.echo(f"{name} has no limit." if limit is None else f"{name}: {limit} calls per second.")


@connection.command()
@click.argument("name")
@click.option("--tolerance", metavar="AMOUNT", help="Per line, in the order's currency.")
@click.option(
    "--at-most-once/--no-at-most-once",
    default=None,
    help="Send orders even to an ERP that can not be asked whether they arrived.",
)
def risk(*, name: str, tolerance: str | None, at_most_once: bool | None) -> None:
    """Show what the company takes upon itself with this ERP, or change what is given.

    Up to the tolerance our net and the ERP's may differ, and an order is confirmed all the same.
    With --at-most-once an order whose answer was lost is left to a person, who looks in the ERP.
    """
    with opened() as host:
        connection_id = _id_of(host, name)
        if tolerance is not None or at_most_once is not None:
            with host.write(OPERATOR) as work:
                found = fetch(work, Connection, connection_id, lock=True)
                once = found.accepts_at_most_once if at_most_once is None else at_most_once
                wanted = found.tolerance if tolerance is None else _amount(tolerance)
                take_risks(found, Risks(tolerance=wanted, at_most_once=once))
        with host.read(OPERATOR) as work:
            kept = fetch(work, Connection, connection_id)
    click.echo(f"{name}: a difference of up to {kept.tolerance.normalize():f} per line is")
    click.echo("confirmed; above it an order waits for a person.")
    if kept.accepts_at_most_once:
        click.echo("Orders go there though it may not be found out whether one arrived.")
    else:
        click.echo("Orders go there only where it can be found out whether they arrived.")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Invalid(f"{text} is no amount.") from error


@connection.command()
@click.argument("name")
def pause(name: str) -> None:
    """Send and read nothing until it is resumed; nothing is lost."""
    with opened() as host:
        connection_id = _id_of(host, name)
        with host.write(OPERATOR) as work:
            services.pause(work, connection_id)
    click.echo(f"{name} is paused.")


@connection.command()
@click.argument("name")
def resume(name: str) -> None:
    """Test it, and work again if the ERP answers."""
    with opened() as host:
        _say(services.resume(host, OPERATOR, _id_of(host, name)), name)


def _say(checked: services.Checked, name: str) -> None:
    if not checked.ok:
        raise click.ClickException(f"{name} does not work: {checked.words}")
    click.echo(f"{name} works: {checked.words}")


def _id_of(host: Host, name: str) -> UUID:
    with host.read(OPERATOR) as work:
        return connection_named(work, name)


def _company(work: UnitOfWork, name: str | None) -> UUID:
    if name is None:
        return home(work)
    found = work.session.scalar(select(Company.id).where(Company.name == name))
    if found is None:
        raise NotFound(f"There is no company {name}.")
    return found


def _plain(given: Iterable[str], secrets: frozenset[str]) -> dict[str, Any]:
    found = {name: _value(text) for name, text in _pairs(given)}
    if in_sight := sorted(secrets & found.keys()):
        raise Invalid(
            f"{in_sight[0]} is a secret: give it with --secret-env or --secret-file.",
            fields={in_sight[0]: "Not with --set: everybody on this machine can read arguments."},
        )
    return found


def _value(text: str) -> Any:
    """A map of values, like units, is written as JSON; everything else is text."""
    return orjson.loads(text) if text.startswith("{") else text


def _pairs(given: Iterable[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Invalid(f"{text} is not {_PAIR}.")
        pairs.append((name, value))
    return pairs


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")


def _asked(names: Iterable[str]) -> Mapping[str, str]:
    if not sys.stdin.isatty():
        return {}
    return {
        name: click.prompt(name.capitalize(), hide_input=True, default="", show_default=False)
        for name in sorted(names)
    }
