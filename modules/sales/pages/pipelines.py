"""Pipelines, stages and reasons to lose, as the company wants them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from modules.sales.models import Pipeline, Stage
from modules.sales.pages.lead_schemas import NameForm, StageForm
from modules.sales.pages.opportunities import blueprint
from modules.sales.services.pipelines import (
    add_pipeline,
    add_reason,
    add_stage,
    change_stage,
    pipelines_of,
    reasons_of,
    remove_reason,
    stages_of,
)

MANAGE = "sales.manage"


@blueprint.get("/pipelines/")
@requires(MANAGE)
def pipelines() -> ResponseReturnValue:
    with reading() as work:
        all_ = [(one, stages_of(work, one.id, all_=True)) for one in pipelines_of(work)]
        reasons = reasons_of(work)
    crumbs = [(_("Opportunities"), url_for(".index")), (_("Pipelines"), "")]
    return render_template("sales/pipelines.html", pipelines=all_, reasons=reasons, crumbs=crumbs)


@blueprint.route("/pipelines/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_pipeline() -> ResponseReturnValue:
    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            add_pipeline(work, data["name"])
        return url_for(".pipelines")

    return _form(NameForm(), save, title=_("New pipeline"))


@blueprint.route("/pipelines/<uuid:key>/stages/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_stage(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        place = len(stages_of(work, fetch(work, Pipeline, key).id, all_=True)) + 1

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            add_stage(work, key, data)  # type: ignore[arg-type]  # the schema's fields are StageFields
        return url_for(".pipelines")

    first = {"position": place, "active": True, "probability": 50}
    return _form(StageForm(), save, title=_("New stage"), first=first)


@blueprint.route("/stages/<uuid:key>/edit", methods=["GET", "POST"])
@requires(MANAGE)
def edit_stage(key: UUID) -> ResponseReturnValue:
    schema = StageForm()

    def stored() -> Stored:
        with reading() as work:
            stage = fetch(work, Stage, key)
        return Stored({name: getattr(stage, name) for name in schema.fields}, stage.version)

    title, back, now = _("Edit the stage"), url_for(".pipelines"), stored()
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_stage(work, key, data, version=form.version)  # type: ignore[arg-type]  # as above
        return back

    return submit(form, save, title=title, back=back, fresh=stored)


@blueprint.route("/lost-reasons/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_reason() -> ResponseReturnValue:
    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            add_reason(work, data["name"])
        return url_for(".pipelines")

    return _form(NameForm(), save, title=_("New reason to lose"))


@blueprint.post("/lost-reasons/<uuid:key>/remove")
@requires(MANAGE)
def drop_reason(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        name = remove_reason(work, key).name
    flash(_("“%(name)s” is offered no more; add it again to bring it back.", name=name), "done")
    return redirect(url_for(".pipelines"), 303)


def _form(schema: Any, save: Any, *, title: str, first: Any = None) -> ResponseReturnValue:
    back = url_for(".pipelines")
    if request.method == "GET":
        return form_page(Form(schema, stored=first or {}), title=title, back=back, save=_l("Add"))
    return submit(Form.sent(schema, request.form), save, title=title, back=back)
