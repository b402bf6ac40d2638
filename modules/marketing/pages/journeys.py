"""Journeys: the list, the steps one under the other, and who is on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import fetch
from core.deeds import Deed
from core.errors import CrmError
from core.requests import reading, writing
from core.security.guard import requires
from core.web import columns
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.marketing import chips
from modules.marketing.models import Journey, JourneyStep, Message, Purpose, Segment
from modules.marketing.pages.blueprint import (
    READ,
    SEND,
    WRITE,
    blueprint,
    crumbs,
    purpose_choices,
    segment_choices,
)
from modules.marketing.pages.forms import journey_form
from modules.marketing.services import journeys as services
from modules.marketing.services.lists import ENROLMENTS

NEW = Action(title=_l("New journey"), endpoint="marketing_pages.new_journey", permission=WRITE)
LIST = ListPage(
    title=_l("Journeys"),
    listing=services.JOURNEYS,
    template="marketing/list.html",
    search=_l("Name"),
    columns=(
        columns.link("name", _l("Journey"), to="marketing_pages.journey"),
        columns.state("state", _l("State"), chips.JOURNEY),
        columns.link("segment", _l("Who enters"), to="marketing_pages.segment", key="segment_id"),
        columns.moment("updated_at", _l("Changed")),
    ),
    facets=(Facet("state", _l("State"), choices=labels(chips.JOURNEY)),),
    create=NEW,
    empty=Empty(
        _l("A journey leads everybody who enters a segment: wait, ask, write, plan a task."),
        first=NEW,
    ),
)
ON_THE_WAY = ListPage(
    title=_l("On journeys"),
    listing=ENROLMENTS,
    template="marketing/list.html",
    columns=(
        columns.link("party", _l("Who"), to="contacts_pages.party", key="party_id"),
        columns.state("state", _l("State"), chips.ENROLMENT),
        columns.moment("started_at", _l("Started")),
        columns.moment("due_at", _l("Next step")),
        columns.moment("ended_at", _l("Ended")),
        columns.text("reason", _l("Why")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(chips.ENROLMENT)),
        Facet("journey_id", _l("Journey"), named=lambda work, key: _name(work, UUID(key))),
    ),
    empty=Empty(_l("Whoever enters a journey stands here, with the next step and why they left.")),
)


def _name(work: UnitOfWork, key: UUID) -> str:
    return fetch(work, Journey, key).name


@blueprint.get("/journeys/")
@requires(READ)
def journeys() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/enrolments/")
@requires(READ)
def enrolments() -> ResponseReturnValue:
    return ON_THE_WAY.answer()


@blueprint.get("/journeys/<uuid:key>")
@requires(READ)
def journey(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Journey, key)
        page = _context(work, found)
    path = crumbs((_("Journeys"), url_for(".journeys")), (found.name, ""))
    return render_template("marketing/journey.html", crumbs=path, **page)


@blueprint.route("/journeys/new", methods=["GET", "POST"])
@requires(WRITE)
def new_journey() -> ResponseReturnValue:
    with reading() as work:
        schema = journey_form(segment_choices(work), purpose_choices(work))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            return url_for(".journey", key=services.make_journey(work, data).id)

    first = Form(schema, {"again_after_days": 0})
    form = Form.sent(schema, request.form) if request.method == "POST" else first
    back, title = url_for(".journeys"), _("New journey")
    form.path = crumbs((_("Journeys"), back))
    if request.method == "POST":
        return submit(form, save, title=title, back=back)
    return form_page(form, title=title, back=back)


@blueprint.route("/journeys/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit_journey(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = journey_form(segment_choices(work), purpose_choices(work))

    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, Journey, key)
        return Stored({name: getattr(found, name) for name in schema.fields}, found.version)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            services.change_journey(work, key, data, version=form.version)
        return back

    now = stored()
    form = Form(schema, now.values, now.version)
    if request.method == "POST":
        form = Form.sent(schema, request.form)
    back, title = url_for(".journey", key=key), _("Edit the journey")
    form.path = crumbs((str(now.values["name"]), back))
    if request.method == "POST":
        return submit(form, save, title=title, back=back, fresh=stored)
    return form_page(form, title=title, back=back)


@blueprint.post("/journeys/<uuid:key>/<any(start,stop):what>")
@requires(SEND)
def run_journey(key: UUID, what: str) -> ResponseReturnValue:
    done: dict[str, tuple[Callable[[UnitOfWork, UUID], Journey], str]] = {
        "start": (services.start_journey, _("It runs: whoever is in its segment starts now.")),
        "stop": (services.stop_journey, _("Stopped: everybody stays where they are.")),
    }
    verb, words = done[what]
    try:
        with writing() as work:
            verb(work, key)
    except CrmError as error:
        flash(str(error), "error")
    else:
        flash(words, "done")
    return redirect(url_for(".journey", key=key), 303)


@blueprint.post("/steps/<uuid:key>/<any(up,down,drop):what>")
@requires(WRITE)
def change_step(key: UUID, what: str) -> ResponseReturnValue:
    with writing() as work:
        journey_id = fetch(work, JourneyStep, key).journey_id
        if what == "drop":
            services.drop_step(work, key)
        else:
            services.move_step(work, key, up=what == "up")
    return redirect(url_for(".journey", key=journey_id) + f"#step-{key}", 303)


def _context(work: UnitOfWork, found: Journey) -> dict[str, Any]:
    steps = services.steps(work, found.id)
    ids = [step.message_id for step in steps if step.message_id]
    written = select(Message).where(Message.id.in_(ids))
    asked = [step.settings["segment_id"] for step in steps if "segment_id" in step.settings]
    named = select(Segment.id, Segment.name).where(Segment.id.in_(map(UUID, asked)))
    return {
        "journey": found,
        "steps": steps,
        "counts": services.step_counts(work, found.id),
        "states": services.enrolment_counts(work, found.id),
        "segment": work.session.get_one(Segment, found.segment_id),
        "goal": work.session.get(Segment, found.goal_id) if found.goal_id else None,
        "purpose": work.session.get_one(Purpose, found.purpose_id),
        "messages": {one.id: one for one in work.session.scalars(written)},
        "names": {str(row[0]): row[1] for row in work.session.execute(named)},
        "deeds": {name: _(deed.title) for name, deed in deeds(work).items()},
        "chips": chips,
    }


def deeds(work: UnitOfWork) -> dict[str, Deed]:
    """What enabled modules can do for a party."""
    return {name: one for name, one in work.enabled.deeds.items() if one.subject == PARTY}
