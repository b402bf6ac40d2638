"""The tree of commands, and what becomes of their failures: one line and an exit code."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
from typing_extensions import override

from core.clock import utcnow
from core.config import load_settings
from core.errors import Busy, CrmError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is, and what it does in a line: the list of all needs no import of any."""

    module: str
    summary: str


COMMANDS = {
    "init": Place("core.cli.init", "Make data folder, keys, tables and modules."),
    "run": Place("core.cli.processes", "Serve pages and API, with a worker beside."),
    "worker": Place("core.cli.processes", "Only work off jobs."),
    "demo": Place("core.cli.demo", "Tandem with an ERP and made-up data, to try it out."),
    "doctor": Place("core.cli.doctor", "Look for what is wrong with this installation."),
    "backup": Place("core.cli.backup", "Copy the database while everything goes on."),
    "db": Place("core.cli.db", "The database's tables."),
    "module": Place("core.cli.module", "What is installed, and what is on."),
    "user": Place("core.cli.user", "People who may sign in."),
    "token": Place("core.cli.token", "Ways in for programs."),
    "connection": Place("core.cli.connection", "ERPs this installation works with."),
    "sync": Place("core.cli.sync", "What goes to and comes from the ERPs."),
    "alert": Place("core.cli.alert", "What somebody must know, and whether it reaches them."),
    "job": Place("core.cli.job", "What workers do, and what stopped."),
    "event": Place("core.cli.event", "Who listens to what modules publish, and who stopped."),
}
_INTERRUPTED = 130


class Commands(click.Group):
    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        # A command is called as its function is: ``init`` in ``core.cli.init``.
        found: click.Command = getattr(import_module(COMMANDS[cmd_name].module), cmd_name)
        return found

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show where an unforeseen error happened.")
@click.version_option(package_name="tandem-crm", message="Tandem %(version)s")
def tandem(*, debug: bool) -> None:
    """Tandem, a CRM that works beside the ERP. Settings: TANDEM_* or tandem.toml."""
    del debug  # read by ``run``, which sees it even where this is not reached


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit code. A failure is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(tandem.main(given, "tandem", standalone_mode=False) or 0)
    except (click.Abort, KeyboardInterrupt):
        return _fail("Interrupted.", _INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the border of the command line: nobody is above
        return _fail(_in_words(error, debug="--debug" in given), getattr(error, "exit_code", 1))


def _in_words(error: Exception, *, debug: bool) -> str:
    match error:
        case click.ClickException():
            return error.format_message()
        case Busy(__cause__=Exception() as cause):
            return f"The database is busy or away: {getattr(cause, 'orig', cause)}"
        case CrmError():
            return _with_fields(error)
        case OSError(filename=str() as place, strerror=str() as reason):
            return f"{place}: {reason}."
        case OSError():
            return str(error)
        case _:
            return _of_database(error) or _unforeseen(error, debug=debug)


def _fail(message: str, code: int = 1) -> int:
    click.echo(f"tandem: {' '.join(message.split())}", err=True)
    return code


def _with_fields(error: CrmError) -> str:
    said = str(error)
    more = [f"{name}: {text}" for name, text in error.fields.items() if text not in said]
    return " ".join([said, *more])


def _of_database(error: Exception) -> str | None:
    from sqlalchemy.exc import ArgumentError, DBAPIError  # noqa: PLC0415 - 0.3 s for --help

    if isinstance(error, ArgumentError):
        return f"The setting database_url can not be read: {error}"
    if not isinstance(error, DBAPIError | sqlite3.DatabaseError):
        return None
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    if "no such table" in text or "does not exist" in text:
        return "The database has not what is needed: run tandem init, or tandem db upgrade."
    return f"The database says: {text}"


def _unforeseen(error: Exception, *, debug: bool) -> str:
    if debug:
        traceback.print_exception(error)
        return "Unforeseen error; see above."
    path = _written_down(error)
    where = f"Details are in {path}." if path else "Repeat with --debug for details."
    return f"Unforeseen error. {type(error).__name__}: {str(error)[:300]} {where}"


def _written_down(error: Exception) -> Path | None:
    try:
        path = load_settings().data_dir / "tandem.log"
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{utcnow().isoformat()}\n")
            traceback.print_exception(error, file=log)
    except (OSError, CrmError):
        return None  # there is no data folder yet: the line on stderr has to do
    return path
