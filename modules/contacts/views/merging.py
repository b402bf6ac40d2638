"""Parties that look alike, merging two with the plan shown first, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from modules.contacts import words
from modules.contacts.models import Merge, Party
from modules.contacts.services.duplicates import find_pairs
from modules.contacts.services.finding import the_one
from modules.contacts.services.merge_plan import FIELDS, Side, plan_merge
from modules.contacts.services.merging import merge_parties, unmerge
from modules.contacts.views.blueprint import READ, blueprint

MERGE = "contacts.merge"


class OtherForm(Schema):
    other = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={
            "title": _l("The same as"),
            "help": _l("The name of a party that is here, or its number."),
        },
    )


@blueprint.get("/duplicates/")
@requires(READ)
def duplicates() -> ResponseReturnValue:
    with reading() as work:
        pairs = find_pairs(work)
    return render_template(
        "contacts/duplicates.html",
        pairs=[(pair, words.why(pair.likeness.reasons)) for pair in pairs],
        crumbs=[(_("Contacts"), url_for(".index")), (_("Perhaps the same"), "")],
    )


@blueprint.route("/<uuid:key>/merge", methods=["GET", "POST"])
@requires(MERGE)
def choose_other(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        name = fetch(work, Party, key).name
    title, back = _("Merge %(name)s", name=name), url_for(".party", key=key)
    if request.method == "GET":
        return form_page(Form(OtherForm()), title=title, back=back, save=_l("Compare"))

    def save(data: dict[str, Any]) -> str:
        with reading() as work:
            other = the_one(work, data["other"])
            plan_merge(work, key, other)
        return url_for(".merge", key=key, other=other)

    return submit(Form.sent(OtherForm(), request.form), save, title=title, back=back, done="")


@blueprint.route("/<uuid:key>/merge/<uuid:other>", methods=["GET", "POST"])
@requires(MERGE)
def merge(key: UUID, other: UUID) -> ResponseReturnValue:
    if request.method == "POST":
        sides = {name: Side(request.form[name]) for name in FIELDS if name in request.form}
        with writing() as work:
            merge_parties(work, key, other, sides)
        flash(_("They are one now. It can be taken back at any time, below."), "done")
        return redirect(url_for(".party", key=key), 303)
    with reading() as work:
        plan = plan_merge(work, key, other)
    return render_template(
        "contacts/merge.html",
        plan=plan,
        titles=words.MERGED_FIELDS,
        kinds=words.choices(words.KINDS),
        brings=[(_(words.BROUGHT[name]), n) for name, n in plan.brings.items() if n],
        crumbs=[(_("Contacts"), url_for(".index")), (_("Merge"), "")],
    )


@blueprint.post("/merges/<uuid:key>/undo")
@requires(MERGE)
def undo_merge(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        kept = fetch(work, Merge, key).kept_id
        stayed = unmerge(work, key)
    if stayed:
        names = ", ".join(_(words.MERGED_FIELDS[name]) for name in stayed)
        flash(_("Two again. Changed since, and left so: %(names)s.", names=names), "done")
    else:
        flash(_("Two again, as before."), "done")
    return redirect(url_for(".party", key=kept), 303)
