"""One party: its page, its form, and putting it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api.listing import ListQuery
from core.requests import reading, writing
from core.security.guard import requires
from core.sync.documents import PartyKind
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.slots import panels
from modules.contacts import services, words
from modules.contacts.rules import Role
from modules.contacts.services.merge_plan import merge_of
from modules.contacts.services.stories import read_story
from modules.contacts.services.whole import NewParty, create_whole, read_whole
from modules.contacts.views.blueprint import READ, WRITE, blueprint
from modules.contacts.views.facts import facts, stored_values
from modules.contacts.views.forms import InteractionForm, party_form, split_roles
from modules.contacts.views.lists import colleagues
from modules.contacts.views.story import ON_PAGE, items

#: Where other modules hang their part of a party's page.
SLOT = "contacts.customer"


@blueprint.get("/<uuid:key>")
@requires(READ)
def party(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        whole = read_whole(work, key)
        story = read_story(work, key, ListQuery(limit=ON_PAGE))
        shown = panels(SLOT, key, work)
        merged = merge_of(work, key)
    return render_template(
        "contacts/party.html",
        party=whole.party,
        whole=whole,
        facts=facts(whole),
        panels=shown,
        merged=merged,
        words=words,
        items=items(story),
        next=story.next,
        form=Form(InteractionForm(), stored={"channel": "note"}),
        crumbs=[(_("Contacts"), url_for(".index")), (whole.party.name, "")],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    with reading() as work:
        schema = party_form(colleagues(work))
    title, back = _("New party"), url_for(".index")
    if request.method == "GET":
        first = {"kind": PartyKind.ORGANISATION, f"is_{Role.CUSTOMER}": True}
        return form_page(Form(schema, stored=first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        roles = split_roles(data)
        with writing() as work:
            made = create_whole(work, NewParty(fields=data, roles=roles))  # type: ignore[arg-type]  # the schema's fields are PartyFields
        return url_for(".party", key=made.id)

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = party_form(colleagues(work))
        whole = read_whole(work, key)
    title, back = _("Edit %(name)s", name=whole.party.name), url_for(".party", key=key)
    if request.method == "GET":
        stored = stored_values(whole)
        return form_page(Form(schema, stored, whole.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        roles = split_roles(data)
        with writing() as work:
            services.change_party(work, key, data, version=form.version)  # type: ignore[arg-type]  # as above
            services.set_roles(work, key, roles)
        return back

    def fresh() -> Stored:
        with reading() as work:
            now = read_whole(work, key)
        return Stored(stored_values(now), now.version)

    return submit(form, save, title=title, back=back, fresh=fresh)


@blueprint.post("/<uuid:key>/archive")
@requires(WRITE)
def archive(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        services.archive_party(work, key)
    flash(_("Archived. It is out of the lists; Restore brings it back."), "done")
    return redirect(url_for(".party", key=key), 303)


@blueprint.post("/<uuid:key>/restore")
@requires(WRITE)
def restore(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        services.restore_party(work, key)
    flash(_("Restored."), "done")
    return redirect(url_for(".party", key=key), 303)
