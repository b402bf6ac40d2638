"""Addresses that get no marketing mail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from core.requests import reading, writing
from core.security.guard import requires
from core.web.columns import made, moment, state, text
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from modules.marketing.chips import SUPPRESSION
from modules.marketing.pages.blueprint import CONSENT, READ, blueprint, crumbs
from modules.marketing.pages.forms import SuppressionForm
from modules.marketing.services.suppressions import SUPPRESSIONS, lift, suppress


def _lift(row: Row[Any]) -> Markup:
    # S704: our own template, which escapes what it shows.
    return Markup(render_template("marketing/lift.html", row=row))  # noqa: S704


_ADD = Action(
    title=_l("Suppress an address"), endpoint="marketing_pages.new_suppression", permission=CONSENT
)
LIST = ListPage(
    title=_l("Suppressed addresses"),
    listing=SUPPRESSIONS,
    template="marketing/list.html",
    search=_l("Address"),
    columns=(
        text("address", _l("Address")),
        state("reason", _l("Reason"), SUPPRESSION),
        text("note", _l("Note")),
        moment("at", _l("Since")),
        made("id", _l("Undo"), _lift),
    ),
    facets=(Facet("reason", _l("Reason"), choices=labels(SUPPRESSION)),),
    create=_ADD,
    empty=Empty(
        _l("Addresses that bounced, complained or asked to be left alone stand here."), first=_ADD
    ),
)


@blueprint.get("/suppressions/")
@requires(READ)
def suppressions() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.route("/suppressions/new", methods=["GET", "POST"])
@requires(CONSENT)
def new_suppression() -> ResponseReturnValue:
    back, title = url_for(".suppressions"), _("Suppress an address")

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            suppress(work, data["address"], data["reason"], note=data["note"])
        return back

    form = Form(SuppressionForm(), {"reason": "colleague"})
    if request.method == "POST":
        form = Form.sent(SuppressionForm(), request.form)
        form.path = crumbs((_("Suppressions"), back))
        return submit(form, save, title=title, back=back)
    form.path = crumbs((_("Suppressions"), back))
    with reading():
        return form_page(form, title=title, back=back)


@blueprint.post("/suppressions/<uuid:key>/lift")
@requires(CONSENT)
def lift_suppression(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        address = lift(work, key)
    flash(_("%(address)s is off the list; consents are as they were.", address=address), "done")
    return redirect(url_for(".suppressions"), 303)
