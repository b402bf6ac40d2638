"""Conflicts: both values beside each other, who said which and when, and the choice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy import Row

from core.actor import Actor
from core.api.listing import ListQuery, page
from core.errors import Invalid
from core.requests import writing
from core.security.guard import requires
from core.sync.merge.conflicts import WHOLE
from core.sync.merge.lists import CONFLICTS
from core.sync.merge.resolving import resolve, resolve_all
from core.sync.models import Cause, Keep
from core.sync.pages.board import blueprint
from core.sync.pages.rows import BY_CONNECTION, BY_KIND
from core.sync.pages.words import record_address, shared_of
from core.web import columns
from core.web.atoms import link, moment
from core.web.columns import Column
from core.web.facets import Facet
from core.web.i18n import gettext as _
from core.web.i18n import lazy, ngettext
from core.web.lists import Empty, ListPage
from core.work import UnitOfWork

_ITEM = Row[*tuple[Any, ...]]
_NAMES = {
    Cause.GONE: lazy("Deleted in the ERP"),
    Cause.OVERTAKEN: lazy("Changed there while it was sent"),
}
#: Of the whole record both sides say a fact, not a value.
_FACTS = {
    Cause.GONE: (lazy("Changed since"), lazy("Deleted")),
    Cause.OVERTAKEN: (lazy("Changed, and not sent"), lazy("Changed again and again")),
}
_CHOICES = {
    (Cause.BOTH_CHANGED, Keep.OURS): lazy("Keep ours"),
    (Cause.BOTH_CHANGED, Keep.THEIRS): lazy("Take theirs"),
    (Cause.GONE, Keep.OURS): lazy("Make it there again"),
    (Cause.GONE, Keep.THEIRS): lazy("Archive it here"),
    (Cause.OVERTAKEN, Keep.OURS): lazy("Send ours again"),
    (Cause.OVERTAKEN, Keep.THEIRS): lazy("Take theirs"),
}
_SAID = Markup('<span class="said-value">{}</span><span class="under">{}</span>')
_TICK = Markup(
    '<input type="checkbox" class="tick" name="id" value="{}" form="choose" aria-label="{}">{}'
)
_BUTTON = Markup(
    '<button class="btn btn-sm" form="choose" id="{}-{}" formaction="{}">{}'
    '<span class="visually-hidden">: {}</span></button>'
)


def field_words(kind: str, name: str, cause: str) -> str:
    """``addresses.11`` as ``Address``; of a conflict about the whole record, what happened."""
    if name == WHOLE:
        return _(_NAMES[Cause(cause)])
    shared = shared_of(g.enabled, kind)
    if shared is None or name.partition(".")[0] not in shared.known:
        return name  # a field of an earlier version, or of a module that is off
    return _(shared.field(name).title)


def _about(row: _ITEM) -> str:
    return f"{row.name or _('(no number)')}: {field_words(row.kind, row.field, row.cause)}"


def _record(row: _ITEM) -> Markup | str:
    name = row.name or _("(no number)")
    address = record_address(g.enabled, row.kind, row.local_id)
    shown = link(name, address) if address else escape(name)
    return _TICK.format(row.id, _("Choose %(what)s", what=_about(row)), shown) if _acts() else shown


def _field(row: _ITEM) -> str:
    return field_words(row.kind, row.field, row.cause)


def _ours(row: _ITEM) -> Markup:
    who = row.ours_by or _("Tandem")
    when = moment(row.ours_at) if row.ours_at else ""
    value = _fact(row, Keep.OURS) or _value(row, row.ours)
    return _SAID.format(value, Markup("{} {}").format(who, when))


def _theirs(row: _ITEM) -> Markup:
    said = Markup("{} {}").format(row.connection, moment(row.observed_at))
    return _SAID.format(_fact(row, Keep.THEIRS) or _value(row, row.theirs), said)


def _fact(row: _ITEM, side: Keep) -> str:
    if row.field != WHOLE:
        return ""
    ours, theirs = _FACTS[Cause(row.cause)]
    return _(ours if side is Keep.OURS else theirs)


def _agreed(row: _ITEM) -> Markup | str:
    return Markup('<span class="said-value">{}</span>').format(_value(row, row.agreed))


def _value(row: _ITEM, value: Any) -> Markup | str:
    shared = shared_of(g.enabled, row.kind)
    words = shared.words(row.field, value) if shared else str(value or "")
    return words or Markup('<span class="dash" aria-label="{}">–</span>').format(_("nothing"))


def _buttons(row: _ITEM) -> Markup | str:
    return Markup(" ").join(_button(row, keep) for keep in Keep) if _acts() else ""


def _button(row: _ITEM, keep: Keep) -> Markup:
    address = url_for("sync_pages.resolve_conflict", key=row.id, keep=keep)
    return _BUTTON.format(keep, row.id, address, _(_CHOICES[Cause(row.cause), keep]), _about(row))


def _acts() -> bool:
    actor: Actor = g.actor
    return actor.may("core.sync_act")


def _fields() -> dict[str, str]:
    """What a filter offers: fields of records, by the name they have in documents."""
    shared = (one.shared for one in g.enabled.outbound.values() if one.shared)
    return {field.name: field.title for one in shared for field in one.fields if not field.many}


def _record_name(work: UnitOfWork, key: str) -> str:
    found = page(work, CONFLICTS, ListQuery(filters={"local_id": key}, limit=1)).rows
    return str(found[0].name) if found else key


PAGE = ListPage(
    title=lazy("Conflicts"),
    listing=CONFLICTS,
    columns=(
        columns.made("name", lazy("Record"), _record),
        columns.made("field", lazy("Field"), _field),
        columns.made("ours", lazy("Here"), _ours),
        columns.made("theirs", lazy("In the ERP"), _theirs),
        columns.made("agreed", lazy("Before"), _agreed),
        columns.moment("opened_at", lazy("Since")),
        Column(name="act", title=lazy("Act"), cell=_buttons, plain=lambda _row: [""], at_end=True),
    ),
    facets=(
        BY_CONNECTION,
        BY_KIND,
        Facet("field", lazy("Field"), choices=lambda _work: _fields()),
        Facet("local_id", lazy("Record"), named=_record_name),
    ),
    empty=Empty(
        lazy(
            "Both sides agree. Where somebody changes a field here and somebody else changes the"
            " same field in the ERP, both values appear here to choose from."
        )
    ),
    template="sync/conflicts.html",
)


@blueprint.get("/conflicts")
@requires("core.sync")
def conflicts() -> ResponseReturnValue:
    return PAGE.answer()


@blueprint.post("/conflicts/<uuid:key>/<any(ours, theirs):keep>")
@requires("core.sync_act")
def resolve_conflict(key: UUID, keep: str) -> ResponseReturnValue:
    with writing() as work:
        resolve(work, key, Keep(keep))
    flash(_("It is settled: %(what)s", what=_came_of(Keep(keep))), "done")
    return redirect(url_for(".conflicts"), 303)


@blueprint.post("/conflicts/resolve")
@requires("core.sync_act")
def resolve_conflicts() -> ResponseReturnValue:
    """The ones that were ticked."""
    chosen = request.form.getlist("id")
    if not chosen:
        flash(_("Choose the conflicts first: tick them in front of their names."), "error")
        return redirect(url_for(".conflicts"), 303)
    ids, keep = _chosen(chosen, request.form.get("keep", ""))
    with writing() as work:
        done = resolve_all(work, ids, keep)
    words = ngettext("%(n)s conflict is settled:", "%(n)s conflicts are settled:", done)
    flash(f"{words} {_came_of(keep)}", "done")
    return redirect(url_for(".conflicts"), 303)


def _chosen(ids: list[str], keep: str) -> tuple[list[UUID], Keep]:
    try:
        return [UUID(one) for one in ids], Keep(keep)
    except ValueError as error:
        raise Invalid(_("This is no choice of this list. Load the page again.")) from error


def _came_of(keep: Keep) -> str:
    if keep is Keep.OURS:
        return _("ours stands, and goes to the ERP.")
    return _("theirs stands, and is written here.")
