"""How parties stand to each other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from modules.contacts import services
from modules.contacts.models import Party, PartyRelation
from modules.contacts.services.finding import the_one
from modules.contacts.views.blueprint import WRITE, blueprint
from modules.contacts.views.forms import RelationForm


@blueprint.route("/<uuid:key>/relations/new", methods=["GET", "POST"])
@requires(WRITE)
def new_relation(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        name = fetch(work, Party, key).name
    title, back = _("New relation of %(name)s", name=name), url_for(".party", key=key)
    if request.method == "GET":
        return form_page(Form(RelationForm()), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            other = the_one(work, data.pop("other"))
            services.add_relation(work, key, other, data)  # type: ignore[arg-type]  # the schema's fields are RelationFields
        return back

    return submit(Form.sent(RelationForm(), request.form), save, title=title, back=back)


@blueprint.post("/relations/<uuid:key>/remove")
@requires(WRITE)
def remove_relation(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        owner = fetch(work, PartyRelation, key).party_id
        services.remove_relation(work, key)
    flash(_("The relation is removed."), "done")
    return redirect(url_for(".party", key=owner), 303)
