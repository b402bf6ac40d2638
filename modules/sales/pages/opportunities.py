"""The list of opportunities, the page of one, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from core.companies import Company, fetch, home, visible
from core.requests import reading, writing
from core.security.guard import requires
from core.security.models import User
from core.web.columns import day, link, made, money, state, text
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.web.slots import panels
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.contacts.panels import steps_about
from modules.contacts.services import About, Link
from modules.contacts.services.finding import the_one
from modules.contacts.services.naming import name_of
from modules.sales import lead_words
from modules.sales.kinds import OPPORTUNITY
from modules.sales.models import LostReason, Opportunity, Stage, StageStep
from modules.sales.pages.lead_schemas import (
    NoteForm,
    ReopenForm,
    lost_form,
    new_opportunity_form,
    opportunity_form,
    stage_choice,
)
from modules.sales.pages.people import colleagues
from modules.sales.services.lead_lists import OPPORTUNITIES
from modules.sales.services.opportunities import (
    PAGE,
    WIN_UNQUOTED,
    Lost,
    change_opportunity,
    hold_opportunity,
    lose_opportunity,
    move_to_stage,
    open_opportunity,
    reopen_opportunity,
    resume_opportunity,
    win_opportunity,
)
from modules.sales.services.pipelines import pipelines_of, reasons_of, stages_of

READ, WRITE = "sales.read", "sales.write"
#: Where other modules hang their part of an opportunity's page.
SLOT = "sales.opportunity"

blueprint = Blueprint(
    "sales_opportunities",
    "modules.sales",
    url_prefix="/opportunities",
    template_folder="templates",
)

NEW = Action(title=_l("New opportunity"), endpoint="sales_opportunities.new", permission=WRITE)


def all_stages(work: UnitOfWork) -> dict[str, str]:
    """Of every pipeline; with its name where there are several."""
    pipelines = pipelines_of(work)
    return {
        str(stage.id): stage.name if len(pipelines) == 1 else f"{pipeline.name}: {stage.name}"
        for pipeline in pipelines
        for stage in stages_of(work, pipeline.id)
    }


def _reasons(work: UnitOfWork) -> dict[str, str]:
    return {str(reason.id): reason.name for reason in reasons_of(work)}


LIST = ListPage(
    title=_l("Opportunities"),
    listing=OPPORTUNITIES,
    search=_l("Number, name or customer"),
    columns=(
        link("number", _l("Opportunity"), to=PAGE),
        text("name", _l("What it is about")),
        link("party", _l("Customer"), to="contacts_pages.party", key="party_id"),
        text("stage", _l("Stage")),
        state("state", _l("State"), lead_words.OPPORTUNITY_STATES),
        text("owner", _l("Owner")),
        day("closes_on", _l("Decided by")),
        made("probability", _l("Probability"), lambda row: f"{row.probability} %", at_end=True),
        money("expected", _l("Expected")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(lead_words.OPPORTUNITY_STATES)),
        Facet("stage_id", _l("Stage"), choices=all_stages),
        Facet("owner_id", _l("Owner"), choices=colleagues),
        Facet("lost_reason_id", _l("Lost because of"), choices=_reasons),
        Facet("party_id", _l("Customer"), named=name_of),
        Facet("competitor", _l("Lost to")),
        Facet("pipeline_id", _l("Pipeline")),
    ),
    create=NEW,
    empty=Empty(_l("Deals stand here from the first talk until they are won or lost."), NEW),
    template="sales/leads.html",
)


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires(READ)
def opportunity(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Opportunity, key)
        party = work.session.get_one(Party, found.party_id)
        contact = work.session.get(Party, found.contact_id) if found.contact_id else None
        owner = work.session.get(User, found.owner_id) if found.owner_id else None
        reason = found.lost_reason_id and work.session.get(LostReason, found.lost_reason_id)
        stage = work.session.get_one(Stage, found.stage_id)
        shown = {
            "history": _history(work, key),
            "steps": steps_about(_about(key), work, party_id=found.party_id),
            "panels": panels(SLOT, key, work),
            "stages": stages_of(work, stage.pipeline_id),
        }
    return render_template(
        "sales/opportunity.html",
        opportunity=found,
        party=party,
        contact=contact,
        owner=owner.name if owner else "",
        reason=reason.name if reason else "",
        stage=stage,
        chips=lead_words.OPPORTUNITY_STATES,
        crumbs=[(_("Opportunities"), url_for(".index")), (found.number, "")],
        **shown,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    with reading() as work:
        currency = work.session.get_one(Company, home(work)).currency
        schema = new_opportunity_form(colleagues(work), currency, all_stages(work))
        chosen = request.args.get("party_id", type=UUID)
        name = fetch(work, Party, chosen).name if chosen else ""
        first = {"owner_id": work.actor.id, "party": name}
    title, back = _("New opportunity"), url_for(".index")
    if request.method == "GET":
        return form_page(Form(schema, stored=first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        text_, stage_id = data.pop("party"), data.pop("stage_id", None)
        with writing() as work:
            party_id = chosen if chosen and text_ == name else the_one(work, text_)
            opened = open_opportunity(work, party_id, data, stage_id=stage_id)  # type: ignore[arg-type]  # the schema's fields are OpportunityFields
        return url_for(".opportunity", key=opened.id)

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = opportunity_form(colleagues(work), fetch(work, Opportunity, key).currency)

    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, Opportunity, key)
        return Stored({name: getattr(found, name) for name in schema.fields}, found.version)

    title, back, now = _("Edit the opportunity"), url_for(".opportunity", key=key), stored()
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_opportunity(work, key, data, version=form.version)  # type: ignore[arg-type]  # as above
        return back

    return submit(form, save, title=title, back=back, fresh=stored)


Act = Callable[[UnitOfWork, dict[str, Any]], object]


def _asked(key: UUID, schema: Schema, act: Act, *, title: str, save: str) -> ResponseReturnValue:
    """One step that asks for something first."""
    back = url_for(".opportunity", key=key)
    if request.method == "GET":
        return form_page(Form(schema), title=title, back=back, save=save)

    def saved(data: dict[str, Any]) -> str:
        with writing() as work:
            act(work, data)
        return back

    return submit(Form.sent(schema, request.form), saved, title=title, back=back)


@blueprint.route("/<uuid:key>/move", methods=["GET", "POST"])
@requires(WRITE)
def move(key: UUID) -> ResponseReturnValue:
    """By keys, and without script: the same as dragging the card."""
    with reading() as work:
        here = work.session.get_one(Stage, fetch(work, Opportunity, key).stage_id)
        stages = {str(stage.id): stage.name for stage in stages_of(work, here.pipeline_id)}

    def act(work: UnitOfWork, data: dict[str, Any]) -> object:
        return move_to_stage(work, key, data["stage_id"])

    return _asked(key, stage_choice(stages), act, title=_("Move to stage"), save=_l("Move"))


@blueprint.route("/<uuid:key>/win", methods=["GET", "POST"])
@requires(WIN_UNQUOTED)
def win(key: UUID) -> ResponseReturnValue:
    def act(work: UnitOfWork, data: dict[str, Any]) -> object:
        return win_opportunity(work, key, data.get("note", ""))

    return _asked(key, NoteForm(), act, title=_("Won without a quotation"), save=_l("Won"))


@blueprint.route("/<uuid:key>/lose", methods=["GET", "POST"])
@requires(WRITE)
def lose(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = lost_form(_reasons(work))

    def act(work: UnitOfWork, data: dict[str, Any]) -> object:
        return lose_opportunity(work, key, Lost(**data))

    return _asked(key, schema, act, title=_("Lost"), save=_l("Lost"))


@blueprint.route("/<uuid:key>/hold", methods=["GET", "POST"])
@requires(WRITE)
def hold(key: UUID) -> ResponseReturnValue:
    def act(work: UnitOfWork, data: dict[str, Any]) -> object:
        return hold_opportunity(work, key, data.get("note", ""))

    return _asked(key, NoteForm(), act, title=_("Put on hold"), save=_l("Put on hold"))


@blueprint.route("/<uuid:key>/reopen", methods=["GET", "POST"])
@requires(WRITE)
def reopen(key: UUID) -> ResponseReturnValue:
    def act(work: UnitOfWork, data: dict[str, Any]) -> object:
        return reopen_opportunity(work, key, data["reason"])

    return _asked(key, ReopenForm(), act, title=_("Open it again"), save=_l("Reopen"))


@blueprint.post("/<uuid:key>/resume")
@requires(WRITE)
def resume(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        resume_opportunity(work, key)
    flash(_("Open again."), "done")
    return redirect(url_for(".opportunity", key=key), 303)


def _history(work: UnitOfWork, key: UUID) -> Any:
    steps = (
        select(StageStep.at, StageStep.state, StageStep.author, StageStep.note, Stage.name)
        .join(Stage, Stage.id == StageStep.stage_id)
        .where(StageStep.opportunity_id == key)
        .order_by(StageStep.at.desc(), StageStep.id.desc())
        .limit(50)
    )
    return work.session.execute(visible(work, steps)).all()


def _about(key: UUID) -> About:
    return About(kind=OPPORTUNITY, id=key, link=Link(PAGE, {"key": str(key)}))
