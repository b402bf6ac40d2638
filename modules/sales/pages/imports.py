"""Leads from a table: brought, looked at line by line, applied, taken back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import fetch, visible
from core.errors import Invalid
from core.requests import reading, writing
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.web.i18n import ngettext
from modules.sales import lead_words
from modules.sales.models import LeadImport
from modules.sales.pages.leads import READ, WRITE, blueprint
from modules.sales.services.importing import (
    Fate,
    apply_import,
    counts,
    plan_import,
    undo_import,
)

#: Lines of a plan on its page, those with something to look at first.
SHOWN = 200


@blueprint.route("/imports/", methods=["GET", "POST"])
@requires(READ)
def imports() -> ResponseReturnValue:
    if request.method == "POST":
        return _bring()
    return _page()


@blueprint.get("/imports/<uuid:key>")
@requires(READ)
def one_import(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        brought = fetch(work, LeadImport, key)
    order = list(Fate)[::-1]
    lines = sorted(brought.plan, key=lambda line: (order.index(line["fate"]), line["line"]))
    return render_template(
        "sales/import.html",
        brought=brought,
        lines=lines[:SHOWN],
        left_out=max(0, len(lines) - SHOWN),
        counts=counts(brought),
        fates=lead_words.FATES,
        crumbs=[(_("Imports"), url_for(".imports")), (brought.file_name, "")],
    )


@blueprint.post("/imports/<uuid:key>/apply")
@requires(WRITE)
def apply(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        made = apply_import(work, key)
    flash(ngettext("%(n)s lead is made.", "%(n)s leads are made.", made), "done")
    return redirect(url_for(".one_import", key=key), 303)


@blueprint.post("/imports/<uuid:key>/undo")
@requires(WRITE)
def undo(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        stay = undo_import(work, key)
    if stay:
        text = ngettext(
            "Taken back; %(n)s lead stays, since somebody has worked on it.",
            "Taken back; %(n)s leads stay, since somebody has worked on them.",
            stay,
        )
        flash(text, "done")
    else:
        flash(_("Taken back: all its leads are gone."), "done")
    return redirect(url_for(".one_import", key=key), 303)


def _bring() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(_("Choose a file first.")), 422
    try:
        with writing() as work:
            work.actor.require(WRITE)
            brought = plan_import(work, file.filename, file.read())
    except Invalid as error:
        return _page(error.fields.get("file", str(error))), 422
    return redirect(url_for(".one_import", key=brought.id), 303)


def _page(wrong: str = "") -> str:
    recent = select(LeadImport).order_by(LeadImport.created_at.desc(), LeadImport.id).limit(30)
    with reading() as work:
        found = work.session.scalars(visible(work, recent)).all()
    return render_template(
        "sales/imports.html",
        imports=found,
        wrong=wrong,
        crumbs=[(_("Leads"), url_for(".index")), (_("Imports"), "")],
    )
