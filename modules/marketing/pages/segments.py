"""Segments: their list, the editor with its live count, and why somebody is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.api.listing import Count
from core.companies import fetch, home, visible
from core.errors import CrmError, Invalid, Stale
from core.requests import reading, writing
from core.search import matching
from core.security.guard import requires
from core.traits import Shape, Trait
from core.web import columns
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.marketing import chips
from modules.marketing.models import Segment
from modules.marketing.pages.blueprint import READ, WRITE, blueprint, crumbs
from modules.marketing.rules.conditions import OPERATORS, WITHOUT_VALUE
from modules.marketing.services.matching import known_traits
from modules.marketing.services.segments import (
    SEGMENTS,
    add_members,
    change_segment,
    counted,
    explain,
    keep_as_list,
    make_segment,
    missing,
    people,
    remove_member,
)
from modules.marketing.services.sheets import Sheet, sheet_of

_SHOWN = 20
NEW = Action(title=_l("New segment"), endpoint="marketing_pages.new_segment", permission=WRITE)
LIST = ListPage(
    title=_l("Segments"),
    listing=SEGMENTS,
    template="marketing/list.html",
    search=_l("Name"),
    columns=(
        columns.link("name", _l("Segment"), to="marketing_pages.segment"),
        columns.flag("is_list", _l("Fixed list")),
        columns.text("note", _l("Note")),
        columns.moment("updated_at", _l("Changed")),
    ),
    facets=(Facet("is_list", _l("Fixed list"), choices={"true": _l("Yes"), "false": _l("No")}),),
    create=NEW,
    empty=Empty(
        _l("A segment is everybody of whom something holds, in whatever module that is known."),
        first=NEW,
    ),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A trait as the editor offers it."""

    trait: Trait
    operators: dict[str, str]
    choices: list[tuple[str, str]]


@blueprint.get("/segments/")
@requires(READ)
def segments() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/segments/<uuid:key>")
@requires(READ)
def segment(key: UUID) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    asked = request.args.get("party_id", type=UUID)
    with reading() as work:
        found = fetch(work, Segment, key)
        context = {
            "segment": found,
            "number": counted(work, found),
            "members": _members(work, found),
            "missing": missing(work, found),
            "sheet": sheet_of(found.tree),
            "titles": {name: _(one.title) for name, one in known_traits(work).items()},
            "offered": _everybody(work, text) if text else [],
            "explained": explain(work, found, asked) if asked else None,
            "asked": fetch(work, Party, asked) if asked else None,
        }
    path = crumbs((_("Segments"), url_for(".segments")), (found.name, ""))
    return render_template("marketing/segment.html", q=text, chips=chips, crumbs=path, **context)


@blueprint.route("/segments/new", methods=["GET", "POST"])
@requires(WRITE)
def new_segment() -> ResponseReturnValue:
    sheet = Sheet.sent(request.form) if request.method == "POST" else Sheet()
    if request.method == "GET" or sheet.changed(request.form):
        return _page(sheet)

    def save(work: UnitOfWork) -> Segment:
        if not sheet.tree() and "list" not in request.form:
            raise Invalid(_("A segment needs at least one condition."))
        return make_segment(work, sheet.name, sheet.tree(), note=sheet.note)

    return _saved(sheet, save)


@blueprint.route("/segments/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit_segment(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Segment, key)
    if request.method == "GET":
        sheet = sheet_of(found.tree) or Sheet()
        sheet.name, sheet.note, sheet.version = found.name, found.note, found.version
        return _page(sheet, found)
    sheet = Sheet.sent(request.form)
    if sheet.changed(request.form):
        return _page(sheet, found)
    values: dict[str, Any] = {"name": sheet.name, "note": sheet.note}
    if not found.is_list and sheet_of(found.tree) is not None:
        values["tree"] = sheet.tree()
    return _saved(
        sheet, lambda work: change_segment(work, key, values, version=sheet.version), found
    )


@blueprint.post("/segments/conditions")
@requires(WRITE)
def conditions() -> ResponseReturnValue:
    """The part of the editor that follows every change, with the count."""
    with reading() as work:
        return render_template(
            "marketing/conditions.html", **_editor(work, Sheet.sent(request.form))
        )


@blueprint.post("/segments/<uuid:key>/keep")
@requires(WRITE)
def keep(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        source = fetch(work, Segment, key)
        kept = keep_as_list(work, key, _("%(name)s, kept", name=source.name))
    flash(_("Kept as a list: it stays as it is now."), "done")
    return redirect(url_for(".segment", key=kept.id), 303)


@blueprint.post("/segments/<uuid:key>/members")
@requires(WRITE)
def put_member(key: UUID) -> ResponseReturnValue:
    """Put somebody on a list, or take them off."""
    party_id = request.form.get("party_id", type=UUID)
    if party_id is not None:
        with writing() as work:
            if request.form.get("off"):
                remove_member(work, key, party_id)
            else:
                add_members(work, key, [party_id])
        flash(_("Saved."), "done")
    return redirect(url_for(".segment", key=key), 303)


def _saved(sheet: Sheet, save: Any, found: Segment | None = None) -> ResponseReturnValue:
    try:
        with writing() as work:
            kept = save(work)
    except Stale as error:
        sheet.wrong[""] = str(error)
        sheet.version = found.version if found else None
        return _page(sheet, found), 409
    except CrmError as error:
        sheet.wrong |= error.fields or {"": str(error)}
        return _page(sheet, found), 422
    flash(_("Saved."), "done")
    return redirect(url_for(".segment", key=kept.id), 303)


def _page(sheet: Sheet, found: Segment | None = None) -> str:
    title = _("Edit %(name)s", name=found.name) if found else _("New segment")
    with reading() as work:
        context = _editor(work, sheet)
    return render_template(
        "marketing/segment_form.html",
        title=title,
        found=found,
        foreign=found is not None and not found.is_list and sheet_of(found.tree) is None,
        back=url_for(".segment", key=found.id) if found else url_for(".segments"),
        crumbs=crumbs((_("Segments"), url_for(".segments")), (title, "")),
        **context,
    )


def _editor(work: UnitOfWork, sheet: Sheet) -> dict[str, Any]:
    offered = {name: _offer(work, one) for name, one in sorted(known_traits(work).items())}
    mine = {name: one for name, one in offered.items() if work.actor.may(one.trait.permission)}
    number, trouble = _count(work, sheet)
    return {
        "sheet": sheet,
        "offered": mine,
        "plain": {operator.value for operator in WITHOUT_VALUE},
        "shapes": Shape,
        "number": number,
        "trouble": trouble,
    }


def _offer(work: UnitOfWork, trait: Trait) -> Offered:
    operators = {one.value: _(chips.OPERATORS[one]) for one in OPERATORS[trait.shape]}
    choices = list(trait.choices(work)) if trait.choices else []
    return Offered(trait, operators, choices)


def _count(work: UnitOfWork, sheet: Sheet) -> tuple[Count | None, str]:
    """How many it would be; or what is still missing, in words."""
    tree = sheet.tree()
    if not tree:
        return None, ""
    try:
        return counted(work, Segment(company_id=home(work), is_list=False, tree=tree)), ""
    except CrmError as error:
        return None, str(error)


def _members(work: UnitOfWork, found: Segment) -> list[tuple[UUID, str]]:
    statement = people(work, found).add_columns(Party.name).order_by(Party.name).limit(_SHOWN)
    return [(row[0], row[1]) for row in work.session.execute(visible(work, statement))]


def _everybody(work: UnitOfWork, text: str) -> list[tuple[UUID, str]]:
    those = select(Party.id, Party.name).where(Party.active, Party.id.in_(matching(PARTY, text)))
    rows = work.session.execute(visible(work, those.order_by(Party.name)).limit(_SHOWN))
    return [(row[0], row[1]) for row in rows]
