"""``tandem sync reconcile``: the proof that both sides agree, or the documents that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select

from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table
from core.clock import utcnow
from core.errors import NotFound
from core.host import Host
from core.sync.inline import InlineContext
from core.sync.models import Connection, ConnectionState
from core.sync.pages.words import kind_words
from core.sync.reconcile.asking import check_wish, last_closed_day
from core.sync.reconcile.making import Wish, make_statement
from core.sync.reconcile.models import Statement, StatementDifference
from core.sync.reconcile.paper import pdf_of
from core.sync.reconcile.sheet import csv_of
from core.sync.reconcile.words import (
    note_words,
    remedy_words,
    side_words,
    sums_words,
    verdict_words,
    what_words,
)
from core.web.i18n import gettext as _

#: Exit codes, beside 0 for agreement.
_DIFFERS, _FAILED = 1, 2
#: Differences shown in a terminal; all of them are in the CSV.
_MOST = 200

_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("connection", required=False)
@click.option("--kind", "kinds", multiple=True, help="Like sales.order; all without it.")
@click.option("--from", "first", type=_DAY, help="First day; without it the last closed one.")
@click.option("--to", "last", type=_DAY, help="Last day, included.")
@click.option("--csv", "csv_file", type=_FILE, help="Write the statement here, too.")
@click.option("--pdf", "pdf_file", type=_FILE, help="Write the statement here, too.")
def reconcile(
    *,
    connection: str | None,
    kinds: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    csv_file: Path | None,
    pdf_file: Path | None,
) -> None:
    """Compare both sides document by document and keep the statement.

    Exits with 0 where they agree, with 1 where they differ, with 2 where it could not be told.
    Days are those the ERP writes on its documents.
    """
    with _failing(), opened() as host:
        for path in filter(None, (csv_file, pdf_file)):
            _check_writable(path)
        days = _period(first, last)
        found = [
            _made(host, one, kinds, days=days)
            for one in _chosen(host, connection, csv_file, pdf_file)
        ]
        for key in found:
            _show(host, key)
            _write(host, key, csv_file, pdf_file)
        with host.read(OPERATOR) as work:
            agree = all(work.session.get_one(Statement, key).agrees for key in found)
    click.get_current_context().exit(0 if agree else _DIFFERS)


@contextmanager
def _failing() -> Iterator[None]:
    """Whatever goes wrong is no difference: scripts tell them apart by the exit code."""
    try:
        yield
    except Exception as error:
        error.exit_code = _FAILED  # type: ignore[attr-defined]  # what the command line asks for
        raise


def _period(first: datetime | None, last: datetime | None) -> tuple[date, date]:
    closed = last_closed_day(utcnow())
    start = first.date() if first else last.date() if last else closed
    return start, last.date() if last else max(start, closed) if first else closed


def _chosen(host: Host, name: str | None, *files: Path | None) -> Sequence[Connection]:
    wanted = select(Connection).where(Connection.state == ConnectionState.LIVE)
    if name is not None:
        wanted = select(Connection).where(Connection.name == name)
    with host.read(OPERATOR) as work:
        found = work.session.scalars(wanted.order_by(Connection.name)).all()
    if not found:
        raise NotFound(
            _("There is no connection %(name)s.", name=name)
            if name
            else _("No connection works now: tandem sync status says why.")
        )
    if len(found) > 1 and any(files):
        raise click.UsageError(_("A file holds one statement: name the connection."))
    return found


def _made(
    host: Host, connection: Connection, kinds: Sequence[str], *, days: tuple[date, date]
) -> UUID:
    first, last = days
    with host.read(OPERATOR) as work:
        check_wish(work, kinds, first=first, last=last)
    wish = Wish(connection_id=connection.id, kinds=kinds, first=first, last=last, by=OPERATOR.name)
    return make_statement(InlineContext(host, OPERATOR), wish, lambda _kind, _read: None)


def _show(host: Host, key: UUID) -> None:
    with host.read(OPERATOR) as work:
        statement = work.session.get_one(Statement, key)
        named = work.session.scalars(
            select(StatementDifference)
            .where(StatementDifference.statement_id == key)
            .order_by(StatementDifference.kind, StatementDifference.id)
            .limit(_MOST)
        ).all()
    click.echo(f"{statement.connection}, {statement.first} to {statement.last}")
    show_table(("kind", "verdict", "here", "ERP", "net here", "net in the ERP"), _kinds(statement))
    if named:
        click.echo("")
        show_table(
            ("document", "difference", "here", "ERP", "what to do"), [_named(row) for row in named]
        )
    if statement.differences > len(named):
        click.echo(_("And %(n)s more.", n=statement.differences - len(named)))
    click.echo(f"statement {statement.id}, {statement.hash}")


def _kinds(statement: Statement) -> list[tuple[str, ...]]:
    return [
        (
            kind_words(one["kind"]),
            verdict_words(one["agrees"], one["differences"]),
            str(one["ours"]["count"]),
            str(one["theirs"]["count"]),
            ", ".join(sums_words(one["ours"])),
            ", ".join(sums_words(one["theirs"])),
        )
        for one in statement.kinds
    ]


def _named(row: StatementDifference) -> tuple[str, ...]:
    here, there = side_words(row.ours), side_words(row.theirs)
    return (
        f"{kind_words(row.kind)} {row.name}",
        " ".join(filter(None, [what_words(row.what), note_words(row)])),
        ", ".join(value for _name, value in here) or "-",
        ", ".join(value for _name, value in there) or "-",
        remedy_words(row.remedy),
    )


def _check_writable(path: Path) -> None:
    """Raise OSError now, and not when the work is done."""
    was_there = path.exists()
    path.open("ab").close()
    if not was_there:
        path.unlink()


def _write(host: Host, key: UUID, csv_file: Path | None, pdf_file: Path | None) -> None:
    with host.read(OPERATOR) as work:
        statement = work.session.get_one(Statement, key)
        if csv_file is not None:
            with csv_file.open("w", encoding="utf-8", newline="") as file:
                file.writelines(csv_of(work, statement))
        if pdf_file is not None:
            pdf_file.write_bytes(pdf_of(work, statement))
