"""The list of leads, the page of one, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.security.models import User
from core.web.atoms import link
from core.web.columns import made, moment, state, text
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.work import UnitOfWork
from modules.contacts.panels import steps_about
from modules.contacts.services import About, Link
from modules.contacts.words import why
from modules.sales import lead_words
from modules.sales.kinds import LEAD
from modules.sales.models import Lead
from modules.sales.pages.lead_schemas import DisqualifyForm, lead_form
from modules.sales.pages.people import colleagues
from modules.sales.rules.leads import LeadState
from modules.sales.services.conversion import alike_parties
from modules.sales.services.lead_lists import LEADS
from modules.sales.services.leads import (
    capture_lead,
    change_lead,
    disqualify_lead,
    nurture_lead,
    qualify_lead,
    recycle_lead,
    renew_lead,
    work_on_lead,
)

READ, WRITE = "sales.read", "sales.write"

blueprint = Blueprint(
    "sales_leads", "modules.sales", url_prefix="/leads", template_folder="templates"
)

NEW = Action(title=_l("New lead"), endpoint="sales_leads.new", permission=WRITE)


def _lead_link(row: Row[Any]) -> Markup:
    who = " · ".join(part for part in (row.name, row.organisation) if part)
    return link(who, url_for("sales_leads.lead", key=row.id))


def _source(row: Row[Any]) -> str:
    return _(lead_words.SOURCES[row.source])


LIST = ListPage(
    title=_l("Leads"),
    listing=LEADS,
    search=_l("Name, organisation, e-mail or phone"),
    columns=(
        made("name", _l("Lead"), _lead_link),
        text("email", _l("E-mail")),
        text("phone", _l("Phone")),
        state("state", _l("State"), lead_words.LEAD_STATES),
        made("source", _l("Source"), _source),
        text("owner", _l("Owner")),
        moment("created_at", _l("Came")),
    ),
    facets=(
        Facet("standing", _l("Shown"), choices={"open": _l("Open ones")}),
        Facet("state", _l("State"), choices=labels(lead_words.LEAD_STATES)),
        Facet("source", _l("Source"), choices=lead_words.choices(lead_words.SOURCES)),
        Facet("owner_id", _l("Owner"), choices=colleagues),
        Facet("reason", _l("Reason"), choices=lead_words.choices(lead_words.REASONS)),
        Facet("import_id", _l("Import")),
        Facet("form_id", _l("Form")),
    ),
    create=NEW,
    empty=Empty(
        _l("Who shows interest stands here: from your web forms, a table you bring, or by hand."),
        NEW,
    ),
    template="sales/leads.html",
)


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires(READ)
def lead(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Lead, key)
        owner = work.session.get(User, found.owner_id) if found.owner_id else None
        alike = alike_parties(work, found) if found.state is not LeadState.CONVERTED else []
        steps = steps_about(_about(key), work, party_id=found.party_id)
    return render_template(
        "sales/lead.html",
        lead=found,
        owner=owner.name if owner else "",
        chips=lead_words.LEAD_STATES,
        source=_(lead_words.SOURCES[found.source]),
        reason=_(lead_words.REASONS[found.reason]) if found.reason else "",
        alike=[(one, why(one.likeness.reasons)) for one in alike],
        steps=steps,
        crumbs=[(_("Leads"), url_for(".index")), (found.title, "")],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    with reading() as work:
        schema, me = lead_form(colleagues(work)), work.actor.id
    title, back = _("New lead"), url_for(".index")
    if request.method == "GET":
        return form_page(Form(schema, stored={"owner_id": me}), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            made_lead = capture_lead(work, data)  # type: ignore[arg-type]  # the schema's fields are LeadFields
        return url_for(".lead", key=made_lead.id)

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = lead_form(colleagues(work))

    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, Lead, key)
        return Stored({name: getattr(found, name) for name in schema.fields}, found.version)

    title, back, now = _("Edit the lead"), url_for(".lead", key=key), stored()
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_lead(work, key, data, version=form.version)  # type: ignore[arg-type]  # as above
        return back

    return submit(form, save, title=title, back=back, fresh=stored)


_STEPS: dict[str, tuple[Callable[[UnitOfWork, UUID], Lead], str]] = {
    "work": (work_on_lead, _l("It is being worked on.")),
    "nurture": (nurture_lead, _l("Kept warm.")),
    "qualify": (qualify_lead, _l("Qualified: it can be converted now.")),
    "recycle": (recycle_lead, _l("Recycled; it can be taken up again.")),
    "renew": (renew_lead, _l("New again.")),
}


@blueprint.post("/<uuid:key>/<any(work, nurture, qualify, recycle, renew):step>")
@requires(WRITE)
def take_step(key: UUID, step: str) -> ResponseReturnValue:
    act, words = _STEPS[step]
    with writing() as work:
        act(work, key)
    flash(_(words), "done")
    return redirect(url_for(".lead", key=key), 303)


@blueprint.route("/<uuid:key>/disqualify", methods=["GET", "POST"])
@requires(WRITE)
def disqualify(key: UUID) -> ResponseReturnValue:
    title, back = _("Disqualify the lead"), url_for(".lead", key=key)
    if request.method == "GET":
        return form_page(Form(DisqualifyForm()), title=title, back=back, save=_l("Disqualify"))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            disqualify_lead(work, key, data["reason"], data.get("note", ""))
        return back

    form = Form.sent(DisqualifyForm(), request.form)
    return submit(form, save, title=title, back=back, done=_l("Disqualified; Recycle undoes it."))


def _about(key: UUID) -> About:
    return About(kind=LEAD, id=key, link=Link("sales_leads.lead", {"key": str(key)}))
