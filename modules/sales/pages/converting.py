"""A lead becomes a party and an opportunity: who it may be already, and why, stands first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import Company, fetch
from core.errors import Invalid
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form
from core.web.i18n import gettext as _
from modules.contacts.words import why
from modules.sales.models import Lead
from modules.sales.pages.lead_schemas import opportunity_form
from modules.sales.pages.leads import WRITE, blueprint
from modules.sales.pages.people import colleagues
from modules.sales.services.conversion import Conversion, alike_parties, convert_lead

#: In place of a party's key: it is nobody we have.
NEW = "new"


@blueprint.route("/<uuid:key>/convert", methods=["GET", "POST"])
@requires(WRITE)
def convert(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Lead, key)
        currency = work.session.get_one(Company, found.company_id).currency
        schema = opportunity_form(colleagues(work), currency)
    if request.method == "GET":
        first = {
            "name": found.organisation or found.name,
            "owner_id": found.owner_id,
            "note": found.interest,
        }
        return _page(found, Form(schema, stored=first), chosen="")
    form, chosen = Form.sent(schema, request.form), request.form.get("party_id", "")
    data = form.data()
    if not chosen:
        form.wrong[""] = _("Say whether it is one of these parties, or a new one.")
    if form.wrong:
        return _page(found, form, chosen=chosen), 422
    wish = _wish(data, chosen)
    try:
        with writing() as work:
            opportunity = convert_lead(work, key, wish)
    except Invalid as error:
        form.refuse(error)
        return _page(found, form, chosen=chosen), 422
    flash(_("Converted: %(number)s is open.", number=opportunity.number), "done")
    return redirect(url_for("sales_opportunities.opportunity", key=opportunity.id), 303)


def _wish(data: dict[str, Any], chosen: str) -> Conversion:
    fields = {name: value for name, value in data.items() if value is not None}
    party = None if chosen == NEW else UUID(chosen)
    return Conversion(party_id=party, anyway=chosen == NEW, opportunity=fields)  # type: ignore[arg-type]  # the schema's fields are OpportunityFields


def _page(lead: Lead, form: Form, *, chosen: str) -> str:
    with reading() as work:
        alike = alike_parties(work, fetch(work, Lead, lead.id))
    return render_template(
        "sales/convert.html",
        lead=lead,
        form=form,
        alike=[(one, why(one.likeness.reasons)) for one in alike],
        # Where nobody looks alike there is nothing to decide.
        chosen=chosen or (NEW if not alike else ""),
        crumbs=[(_("Leads"), url_for(".index")), (_("Convert"), "")],
    )
