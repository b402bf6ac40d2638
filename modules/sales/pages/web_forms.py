"""Lead forms: made by the company, shown on its own site, answered by anybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.actor import system
from core.companies import fetch, visible
from core.errors import Invalid
from core.requests import host, reading, writing
from core.security.guard import PUBLIC, proven_by_address, requires
from core.security.headers import embed
from core.security.throttle import admit, counted_at
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from modules.sales.models import LeadForm
from modules.sales.pages.lead_schemas import web_form_form
from modules.sales.pages.leads import blueprint as leads
from modules.sales.pages.people import colleagues
from modules.sales.rules.leads import UTM, LeadFields
from modules.sales.services.lead_forms import add_form, answer_form, change_form, public_form

MANAGE = "sales.manage"
#: What the form asks for, and the field no person sees: only programs fill it in.
ASKED, TRAP = ("name", "organisation", "email", "phone", "interest"), "website"
#: Answers in a row from one address before it has to wait.
FREE = 10

blueprint = Blueprint(
    "sales_public", "modules.sales", url_prefix="/forms", template_folder="templates"
)


@blueprint.route("/<key>", methods=["GET", "POST"])
@requires(PUBLIC)
@proven_by_address
def form(key: str) -> ResponseReturnValue:
    """Nobody is signed in here and no cookie is looked at: a stranger's page may post to it."""
    embed()
    if request.method == "GET":
        return _public(key)
    with host().write(system("web form")) as work:
        admit(work, [counted_at("lead form", request.remote_addr or "", free=FREE)])
    given = request.form
    if given.get(TRAP):
        return _public(key, thanks=True)  # let it believe that it was heard
    fields: LeadFields = {name: given.get(name, "") for name in ASKED}  # type: ignore[assignment]  # the form's names are LeadFields
    try:
        with host().write(system("web form")) as work:
            answer_form(work, key, fields, given=given, agreed="consent" in given)
    except Invalid as error:
        return _public(key, wrong=dict(error.fields)), 422
    return _public(key, thanks=True)


@leads.get("/forms/")
@requires(MANAGE)
def forms() -> ResponseReturnValue:
    with reading() as work:
        found = select(LeadForm).order_by(LeadForm.title, LeadForm.id).limit(100)
        all_ = work.session.scalars(visible(work, found)).all()
    crumbs = [(_("Leads"), url_for("sales_leads.index")), (_("Web forms"), "")]
    return render_template("sales/web_forms.html", forms=all_, crumbs=crumbs)


@leads.route("/forms/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_form() -> ResponseReturnValue:
    with reading() as work:
        schema, me = web_form_form(colleagues(work)), work.actor.id
    title, back = _("New web form"), url_for("sales_leads.forms")
    if request.method == "GET":
        first = {"active": True, "owner_id": me, "thanks": _("Thank you. We will write to you.")}
        return form_page(Form(schema, stored=first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            add_form(work, data)  # type: ignore[arg-type]  # the schema's fields are FormFields
        return back

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@leads.route("/forms/<uuid:key>/edit", methods=["GET", "POST"])
@requires(MANAGE)
def edit_form(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = web_form_form(colleagues(work))

    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, LeadForm, key)
        return Stored({name: getattr(found, name) for name in schema.fields}, found.version)

    title, back, now = _("Edit the web form"), url_for("sales_leads.forms"), stored()
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    sent = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_form(work, key, data, version=sent.version)  # type: ignore[arg-type]  # as above
        return back

    return submit(sent, save, title=title, back=back, fresh=stored)


def _public(key: str, *, wrong: dict[str, str] | None = None, thanks: bool = False) -> str:
    with host().read(system("web form")) as work:
        found = public_form(work, key)
    return render_template(
        "sales/web_form.html",
        form=found,
        given=request.form,
        utm={name: request.values[name] for name in UTM if name in request.values},
        wrong=wrong or {},
        thanks=thanks,
        trap=TRAP,
    )
