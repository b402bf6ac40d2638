"""``tandem init``: from nothing to something one can sign in to. Running it again harms nothing."""

from __future__ import annotations

from collections.abc import Collection

import click

from core.cli.opened import OPERATOR, opened, quiet_settings
from core.cli.passwords import given_password
from core.errors import Invalid
from core.host import Host
from core.registry.graph import load_order
from core.security.keys import create_keys
from core.security.setup import FirstDay, is_set_up, set_up, setup_code


@click.command()
@click.option("--module", "names", multiple=True, help="Only this module and what it requires.")
@click.option("--no-modules", is_flag=True, help="Turn no module on.")
@click.option("--email", help="Make the first administrator now, with this e-mail address.")
@click.option("--name", default="Administrator", show_default=True, help="Their name.")
@click.option("--password-stdin", is_flag=True, help="Read their password from the first line.")
@click.option("--company", default="My company", show_default=True, help="The first company.")
@click.option("--currency", default="EUR", show_default=True, help="Its currency.")
def init(
    *, names: tuple[str, ...], no_modules: bool, password_stdin: bool, **first_day: str
) -> None:
    """Make data folder, keys, tables and modules, and say how to sign in for the first time."""
    settings = quiet_settings()
    # What is in it is nobody else's business on this machine.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in create_keys(settings.data_dir):
        click.echo(f"Made {path}. Keep a copy apart from the database's backups.")
    with opened() as host:
        done = host.upgrade()
        click.echo(f"Tables: {', '.join(done) if done else 'up to date'}.")
        switched = [] if no_modules else _switch_on(host, names or tuple(host.registry.modules))
        click.echo(f"Modules turned on: {', '.join(switched) if switched else 'none'}.")
        for name, reason in host.registry.found.broken.items():
            click.echo(f"The module {name} is broken and stays off: {reason}", err=True)
        _first_administrator(host, first_day, from_stdin=password_stdin)


def _switch_on(host: Host, wanted: Collection[str]) -> list[str]:
    modules = host.registry.modules
    chosen: set[str] = set()
    missing = set(wanted)
    while missing:
        chosen |= missing
        requires = {name: host.registry.module(name).item.requires for name in missing}
        missing = {name for names in requires.values() for name in names} - chosen
    order = load_order({name: modules[name].item.requires for name in chosen})
    return [name for name in order if host.enable(name, OPERATOR)]


def _first_administrator(host: Host, given: dict[str, str], *, from_stdin: bool) -> None:
    if is_set_up(host):
        click.echo("There are users already: sign in as one of them.")
        return
    address = host.settings.public_url or f"http://{host.settings.host}:{host.settings.port}"
    if not given["email"]:
        click.echo(f"Set-up code: {setup_code(host.settings.data_dir)}")
        click.echo(f"Start Tandem with tandem run, then enter the code at {address}/setup.")
        return
    password = given_password(from_stdin=from_stdin)
    if password is None:
        raise Invalid("Give the password with --password-stdin, or run this at a terminal.")
    set_up(host, FirstDay(**given, password=password))
    click.echo(f"Start Tandem with tandem run, then sign in at {address} as {given['email']}.")
