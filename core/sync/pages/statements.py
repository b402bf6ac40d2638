"""Statements: the list, a new one, one with its lights per kind, and its differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.clock import utcnow
from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.sync.connections import connections
from core.sync.models import Connection, ConnectionState
from core.sync.pages.board import blueprint
from core.sync.pages.statement_rows import DIFFERENCES_PAGE, STATEMENTS_PAGE
from core.sync.pages.words import kind_words
from core.sync.reconcile import lists
from core.sync.reconcile.asking import ask, last_closed_day, pull_again
from core.sync.reconcile.freeze import is_intact
from core.sync.reconcile.models import Reconciliation, Statement
from core.sync.reconcile.paper import pdf_of
from core.sync.reconcile.sheet import csv_of
from core.sync.reconcile.words import how_words, period_words, sums_words, verdict_words
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy, ngettext
from core.web.spreadsheet import csv_file
from core.work import UnitOfWork


@blueprint.context_processor
def _stated() -> dict[str, object]:
    return {
        "verdict_words": verdict_words,
        "how_words": how_words,
        "sums_words": sums_words,
        "period_words": period_words,
        "statement_runs": _runs,
    }


def _runs() -> Sequence[tuple[Reconciliation, str]]:
    with reading() as work:
        return lists.runs(work)


@blueprint.get("/statements")
@requires("core.sync")
def statements() -> ResponseReturnValue:
    return STATEMENTS_PAGE.answer()


@blueprint.get("/statements/runs")
@requires("core.sync")
def statement_part() -> ResponseReturnValue:
    """What is under way, for the page that renews itself."""
    return render_template("statements/runs.html")


@blueprint.get("/statements/new")
@requires("core.reconcile")
def new_statement() -> ResponseReturnValue:
    """Filled in for the last closed day, or like another statement: ``?like=...``."""
    schema, _kinds = _schema()
    return form_page(
        _with_path(Form(schema, stored=_proposed())),
        title=_("New statement"),
        back=url_for(".statements"),
        save=lazy("Compare both sides"),
        lede=_("It only reads. Days are those the ERP writes on its documents."),
    )


@blueprint.post("/statements/new")
@requires("core.reconcile")
def make_statement() -> ResponseReturnValue:
    schema, kinds = _schema()

    def save(data: Mapping[str, Any]) -> str:
        chosen = [kind for kind in kinds if data[_field(kind)]]
        with writing() as work:
            first, last = data["first"], data["last"]
            ask(work, UUID(data["connection_id"]), chosen, first=first, last=last)
        return url_for(".statements")

    form = _with_path(Form.sent(schema, request.form))
    done = lazy("It is being made; this page shows how far it is.")
    back = url_for(".statements")
    return submit(form, save, title=_("New statement"), back=back, done=done)


def _schema() -> tuple[Schema, list[str]]:
    """The form's schema, and the kinds it offers."""
    with reading() as work:
        live = {str(one.id): one.name for one in _live(work)}
        kinds = list(work.enabled.statements)
    made: dict[str, fields.Field[Any]] = {
        "connection_id": fields.String(
            required=True,
            validate=validate.OneOf(list(live)),
            metadata={"title": lazy("Connection"), "choices": live or {"": ""}},
        ),
        "first": fields.Date(required=True, metadata={"title": lazy("First day")}),
        "last": fields.Date(required=True, metadata={"title": lazy("Last day")}),
    }
    for kind in kinds:
        made[_field(kind)] = fields.Boolean(
            load_default=False, metadata={"title": kind_words(kind)}
        )
    return Schema.from_dict(made)(), kinds


def _live(work: UnitOfWork) -> list[Connection]:
    return [one for one in connections(work) if one.state is ConnectionState.LIVE]


def _field(kind: str) -> str:
    """Without a dot, which schemas take for a path."""
    return f"kind_{kind.replace('.', '_')}"


def _proposed() -> dict[str, Any]:
    with reading() as work:
        like = request.args.get("like", type=UUID)
        if like is not None:
            found = fetch(work, Statement, like)
            kinds = {one["kind"] for one in found.kinds}
            return _filled(str(found.connection_id), found.first, found.last, kinds)
        live = _live(work)
        kinds = set(work.enabled.statements)
    day = last_closed_day(utcnow())
    return _filled(str(live[0].id) if live else "", day, day, kinds)


def _filled(connection: str, first: date, last: date, kinds: set[str]) -> dict[str, Any]:
    chosen = {_field(kind): True for kind in kinds}
    return {"connection_id": connection, "first": first, "last": last, **chosen}


def _with_path(form: Form) -> Form:
    form.path = [(_("Statements"), url_for(".statements"))]
    return form


@blueprint.get("/statements/<uuid:key>")
@requires("core.sync")
def statement(key: UUID) -> ResponseReturnValue:
    """Days that differ; with ``?kind=`` all days of that kind."""
    kind = request.args.get("kind")
    with reading() as work:
        found = fetch(work, Statement, key)
        days = lists.days_of(work, found, kind=kind)
        intact = is_intact(work, found)
    return render_template(
        "statements/statement.html",
        statement=found,
        period=period_words(found.first, found.last),
        days=days,
        kind=kind,
        intact=intact,
        crumbs=[
            (_("Statements"), url_for(".statements")),
            (period_words(found.first, found.last), ""),
        ],
    )


@blueprint.get("/statements/differences")
@requires("core.sync")
def differences() -> ResponseReturnValue:
    return DIFFERENCES_PAGE.answer()


@blueprint.get("/statements/<uuid:key>.csv")
@requires("core.sync")
def statement_csv(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        fetch(work, Statement, key)  # refused before the first byte, not after it

    def parts() -> Iterator[str]:
        with reading() as work:
            yield from csv_of(work, fetch(work, Statement, key))

    return csv_file(f"statement-{key}", parts())


@blueprint.get("/statements/<uuid:key>.pdf")
@requires("core.sync")
def statement_pdf(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        paper = pdf_of(work, fetch(work, Statement, key))
    response = Response(paper, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="statement-{key}.pdf"'
    return response


@blueprint.post("/statements/<uuid:key>/pull-again")
@requires("core.reconcile")
def pull_all_again(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        number = pull_again(work, key)
    _tell(number)
    return redirect(url_for(".statement", key=key), 303)


@blueprint.post("/statements/<uuid:key>/differences/<uuid:difference>/pull-again")
@requires("core.reconcile")
def pull_one_again(key: UUID, difference: UUID) -> ResponseReturnValue:
    with writing() as work:
        number = pull_again(work, key, difference)
    _tell(number)
    return redirect(url_for(".differences", statement_id=key), 303)


def _tell(number: int) -> None:
    words = ngettext(
        "%(n)s record is read again. Make the statement anew to see what became of it.",
        "%(n)s records are read again. Make the statement anew to see what became of them.",
        number,
    )
    flash(words, "done")
