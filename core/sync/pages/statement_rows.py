"""The lists of statements: their columns, and what each difference says."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import g, url_for
from markupsafe import Markup
from sqlalchemy import Row

from core.actor import Actor
from core.companies import fetch
from core.sync.pages.rows import BY_CONNECTION
from core.sync.pages.words import kind_words, record_address
from core.sync.reconcile.lists import DIFFERENCES, STATEMENTS
from core.sync.reconcile.models import Remedy, Statement, What
from core.sync.reconcile.words import (
    note_words,
    period_words,
    remedy_words,
    side_words,
    verdict_words,
    what_words,
)
from core.web import columns, formats
from core.web.atoms import chip, link
from core.web.columns import Column
from core.web.facets import Facet
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Tone
from core.web.lists import Action, Empty, ListPage
from core.work import UnitOfWork

_ITEM = Row[*tuple[Any, ...]]
_SIDE = Markup('<span class="reason">{}</span>')
_WHAT = Markup('<span class="reason">{}{}</span>')
_NOTE = Markup('<span class="under">{}</span>')
_BUTTON = Markup(
    '<button class="btn btn-sm" form="again" id="again-{}" formaction="{}">{}'
    '<span class="visually-hidden">: {}</span></button>'
)
_NEW = Action(
    title=lazy("New statement"),
    endpoint="sync_pages.new_statement",
    permission="core.reconcile",
)


def _period(row: _ITEM) -> Markup:
    return link(period_words(row.first, row.last), url_for("sync_pages.statement", key=row.id))


def _verdict(row: _ITEM) -> Markup:
    return chip(verdict_words(row.agrees, row.differences), Tone.GREEN if row.agrees else Tone.RED)


def _kinds(row: _ITEM) -> Markup:
    words = ", ".join(kind_words(one["kind"]) for one in row.kinds)
    return Markup('<span class="reason">{}</span>').format(words)


STATEMENTS_PAGE = ListPage(
    title=lazy("Statements"),
    listing=STATEMENTS,
    columns=(
        columns.made("first", lazy("Period"), _period),
        columns.text("connection", lazy("Connection")),
        columns.made("agrees", lazy("Verdict"), _verdict),
        columns.made("kinds", lazy("Kinds"), _kinds),
        columns.moment("made_at", lazy("Made")),
        columns.text("made_by", lazy("By")),
    ),
    facets=(
        BY_CONNECTION,
        Facet("agrees", lazy("Verdict"), {"true": lazy("Agrees"), "false": lazy("Differs")}),
    ),
    empty=Empty(
        lazy("A statement proves for a period that Tandem and the ERP hold the same documents."),
        first=_NEW,
    ),
    create=_NEW,
    template="statements/list.html",
)


def _document(row: _ITEM) -> Markup | str:
    address = record_address(g.enabled, row.kind, row.local_id)
    return link(row.name, address) if address else row.name


def _what(row: _ITEM) -> Markup:
    red = row.what in {What.MISSING_THERE, What.DOUBLED}
    note = note_words(row)
    return _WHAT.format(
        chip(what_words(row.what), Tone.RED if red else Tone.AMBER),
        _NOTE.format(note) if note else "",
    )


def _side(side: dict[str, Any] | None) -> Markup:
    if side is None:
        return _SIDE.format(_("nothing"))
    return _SIDE.format(", ".join(value for _name, value in side_words(side)))


def _ours(row: _ITEM) -> Markup:
    return _side(row.ours)


def _theirs(row: _ITEM) -> Markup:
    return _side(row.theirs)


def _remedy(row: _ITEM) -> Markup:
    return Markup('<span class="reason">{}</span>').format(remedy_words(row.remedy))


def _act(row: _ITEM) -> Markup | str:
    actor: Actor = g.actor
    if row.remedy is not Remedy.PULL_AGAIN or not actor.may("core.reconcile"):
        return ""
    address = url_for("sync_pages.pull_one_again", key=row.statement_id, difference=row.id)
    return _BUTTON.format(row.id, address, _("Pull again"), row.name)


def _statement_name(work: UnitOfWork, key: str) -> str:
    found = fetch(work, Statement, UUID(key))
    return f"{found.connection}, {period_words(found.first, found.last)}"


def _stated_kinds(work: UnitOfWork) -> dict[str, str]:
    return {kind: kind_words(kind) for kind in work.enabled.statements}


def _day(_work: UnitOfWork, text: str) -> str:
    return formats.day(date.fromisoformat(text))


DIFFERENCES_PAGE = ListPage(
    title=lazy("Differences"),
    listing=DIFFERENCES,
    columns=(
        columns.made("name", lazy("Document"), _document),
        columns.made("kind", lazy("Kind"), lambda row: kind_words(row.kind)),
        columns.day("day", lazy("Date")),
        columns.made("what", lazy("Difference"), _what),
        columns.made("ours", lazy("Here"), _ours),
        columns.made("theirs", lazy("ERP"), _theirs),
        columns.made("remedy", lazy("What to do"), _remedy),
        Column(name="act", title=lazy("Act"), cell=_act, plain=lambda _row: [""], at_end=True),
    ),
    facets=(
        Facet("statement_id", lazy("Statement"), named=_statement_name),
        Facet("kind", lazy("Kind"), choices=_stated_kinds),
        Facet("day", lazy("Date"), named=_day),
        Facet("what", lazy("Difference"), {one.value: what_words(one) for one in What}),
    ),
    empty=Empty(lazy("Documents that differ between Tandem and an ERP are named here.")),
    template="statements/differences.html",
)
