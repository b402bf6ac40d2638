"""What one party agreed to: the page with its whole history, and writing down what was said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from modules.contacts.models import Party
from modules.marketing import chips
from modules.marketing.pages.blueprint import CONSENT, READ, blueprint, crumbs, purpose_choices
from modules.marketing.pages.forms import consent_form
from modules.marketing.rules.states import Channel, ConsentSource
from modules.marketing.services.consents import Said, history, mail_address, say, standings


@blueprint.get("/parties/<uuid:key>/consents")
@requires(READ)
def consents(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        party = fetch(work, Party, key)
        context = {"standings": standings(work, key), "entries": history(work, key)}
    return render_template(
        "marketing/consents.html",
        party=party,
        chips=chips,
        crumbs=crumbs((party.name, url_for("contacts_pages.party", key=key)), (_("Consents"), "")),
        **context,
    )


@blueprint.route("/parties/<uuid:key>/consents/new", methods=["GET", "POST"])
@requires(CONSENT)
def write_down(key: UUID) -> ResponseReturnValue:
    """What somebody said on the phone or on paper, with how we know."""
    with reading() as work:
        party = fetch(work, Party, key)
        schema = consent_form(purpose_choices(work))
    back = url_for(".consents", key=key)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            by_mail = data["channel"] is Channel.EMAIL
            said = Said(
                party_id=key,
                purpose_id=data["purpose_id"],
                channel=data["channel"],
                state=data["state"],
                basis=data["basis"],
                source=ConsentSource.COLLEAGUE,
                address=mail_address(work, key) if by_mail else "",
                proof={"note": data["note"]},
            )
            say(work, said)
        return back

    path = crumbs((party.name, back))
    if request.method == "POST":
        form = Form.sent(schema, request.form)
        form.path = path
        return submit(form, save, title=_("Write down a consent"), back=back)
    form = Form(schema, {"channel": "email", "basis": "consent", "state": "given"}, path=path)
    return form_page(form, title=_("Write down a consent"), back=back)
