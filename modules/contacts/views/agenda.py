"""Planned next steps: their list, their page and their forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from core.clock import utcnow
from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.security.models import User
from core.web.atoms import Chip, link
from core.web.columns import link as linked
from core.web.columns import made, moment, text
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Empty, Facet, ListPage
from core.work import UnitOfWork
from modules.contacts import words
from modules.contacts.links import href_to
from modules.contacts.models import Activity, Party
from modules.contacts.services.activities import (
    About,
    change_activity,
    drop_activity,
    finish_activity,
    plan_activity,
    reopen_activity,
)
from modules.contacts.services.agenda import ACTIVITIES
from modules.contacts.services.timeline import Link
from modules.contacts.views.blueprint import READ, WRITE, blueprint
from modules.contacts.views.lists import colleagues
from modules.contacts.views.steps import (
    OutcomeForm,
    activity_fields,
    activity_form,
    activity_values,
)

#: What an address says of a step beside the record's own page.
_OF_STEP = {"party_id", "about_kind", "about_id", "page"}


def _kind(row: Row[Any]) -> str:
    return _(words.ACTIVITIES[row.kind])


def _named(work: UnitOfWork, value: str) -> str:
    return fetch(work, Party, UUID(value)).name


LIST = ListPage(
    title=_l("Activities"),
    listing=ACTIVITIES,
    search=_l("What is to be done"),
    columns=(
        linked("summary", _l("What"), to="contacts_pages.activity"),
        made("kind", _l("Kind"), _kind),
        moment("due_at", _l("Due")),
        linked("party", _l("With"), to="contacts_pages.party", key="party_id"),
        text("assignee", _l("Who")),
        moment("closed_at", _l("Closed")),
    ),
    facets=(
        Facet("state", _l("State"), choices=words.ACTIVITY_STATES),
        Facet("kind", _l("Kind"), choices=words.choices(words.ACTIVITIES)),
        Facet("assignee_id", _l("Who"), choices=colleagues),
        Facet("party_id", _l("With"), named=_named),
    ),
    empty=Empty(_l("Next steps with customers stand here: calls, mails, meetings, visits.")),
)


@blueprint.get("/activities/")
@requires(READ)
def activities() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/activities/<uuid:key>")
@requires(READ)
def activity(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        step = fetch(work, Activity, key)
        party = work.session.get(Party, step.party_id) if step.party_id else None
        assignee = work.session.get(User, step.assignee_id) if step.assignee_id else None
    page = href_to(step.link, step.link_params)
    shown = _state(step)
    return render_template(
        "contacts/activity.html",
        step=step,
        kind=_(words.ACTIVITIES[step.kind]),
        mark=words.ACTIVITY_ICONS[step.kind],
        label=shown.label,
        tone=shown.tone,
        assignee=assignee.name if assignee else _("nobody yet"),
        party_link=link(party.name, url_for(".party", key=party.id)) if party else "",
        page_link=link(_("What it is about"), page) if page else "",
        crumbs=[(_("Activities"), url_for(".activities")), (step.summary, "")],
    )


@blueprint.route("/activities/new", methods=["GET", "POST"])
@requires(WRITE)
def plan_step() -> ResponseReturnValue:
    given = request.args
    party_id = UUID(given["party_id"]) if "party_id" in given else None
    about = _about()
    with reading() as work:
        party = fetch(work, Party, party_id) if party_id else None
        schema = activity_form(colleagues(work))
        me = work.actor.id
    back = _back(url_for(".party", key=party_id) if party_id else url_for(".activities"))
    title = _("Next step with %(name)s", name=party.name) if party else _("Next step")
    if request.method == "GET":
        first = {"kind": "call", "assignee_id": party.owner_id if party else None}
        first["assignee_id"] = first["assignee_id"] or me
        return form_page(Form(schema, stored=first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            plan_activity(work, party_id, activity_fields(data), about=about)
        return back

    return submit(
        Form.sent(schema, request.form), save, title=title, back=back, done=_l("Planned.")
    )


@blueprint.route("/activities/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit_step(key: UUID) -> ResponseReturnValue:
    def stored() -> Stored:
        with reading() as work:
            step = fetch(work, Activity, key)
        return Stored(activity_values(step), step.version)

    with reading() as work:
        schema = activity_form(colleagues(work))
    title, back, now = _("Edit the next step"), url_for(".activity", key=key), stored()
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_activity(work, key, activity_fields(data), version=form.version)
        return back

    return submit(form, save, title=title, back=back, fresh=stored)


@blueprint.route("/activities/<uuid:key>/done", methods=["GET", "POST"])
@requires(WRITE)
def finish_step(key: UUID) -> ResponseReturnValue:
    back = _back(url_for(".activity", key=key))
    with reading() as work:
        title = _("Done: %(what)s", what=fetch(work, Activity, key).summary)
    if request.method == "GET":
        return form_page(Form(OutcomeForm()), title=title, back=back, save=_l("Done"))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            finish_activity(work, key, data["outcome"])
        return back

    form = Form.sent(OutcomeForm(), request.form)
    return submit(form, save, title=title, back=back, done=_l("Done; it is on the timeline."))


@blueprint.post("/activities/<uuid:key>/drop")
@requires(WRITE)
def drop_step(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        drop_activity(work, key)
    flash(_("Dropped. Reopen brings it back."), "done")
    return redirect(url_for(".activity", key=key), 303)


@blueprint.post("/activities/<uuid:key>/reopen")
@requires(WRITE)
def reopen_step(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        reopen_activity(work, key)
    flash(_("Open again."), "done")
    return redirect(url_for(".activity", key=key), 303)


def _state(step: Activity) -> Chip:
    if step.closed_at is not None:
        return words.DONE if step.done else words.DROPPED
    return words.OVERDUE if step.due_at < utcnow() else words.OPEN


def _about() -> About | None:
    """The record a step is planned for, as the address of its form says."""
    given = request.args
    if "about_kind" not in given:
        return None
    place = {name: given[name] for name in given if name not in _OF_STEP and name != "back"}
    page = Link(given["page"], place) if "page" in given else None
    return About(kind=given["about_kind"], id=UUID(given["about_id"]), link=page)


def _back(otherwise: str) -> str:
    """A path of ours that the address names: where the person came from."""
    path = request.args.get("back", "")
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if ours else otherwise
