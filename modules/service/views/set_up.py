"""Setting up the service: queues, mailboxes, business hours, promises, ready-made replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from core.companies import fetch, visible
from core.errors import NotFound
from core.requests import host, reading, writing
from core.security.guard import requires
from core.security.vault import Vault, open_vault
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.service import words
from modules.service.models import (
    BusinessCalendar,
    CannedReply,
    EscalationStep,
    Mailbox,
    Queue,
    SlaPolicy,
)
from modules.service.services import mailboxes, settings
from modules.service.services.clocks import TIER
from modules.service.services.people import user_names
from modules.service.services.settings import calendar_values, queue_values
from modules.service.views.blueprint import MANAGE, blueprint
from modules.service.views.setup_forms import (
    CannedForm,
    calendar_form,
    mailbox_form,
    policy_form,
    queue_form,
    step_form,
)
from modules.service.views.tickets import colleagues, queue_names

_MOST = 200


@blueprint.get("/settings")
@requires(MANAGE)
def set_up() -> ResponseReturnValue:
    with reading() as work:
        page = {name: _all(work, part.model) for name, part in _PARTS.items()}
        steps = select(EscalationStep).order_by(EscalationStep.percent).limit(_MOST)
        found = list(work.session.scalars(steps))
        people = user_names(work, [step.user_id for step in found])
    crumbs = [(_("Tickets"), url_for(".index")), (_("Set up"), "")]
    return render_template(
        "service/settings.html", steps=found, people=people, words=words, crumbs=crumbs, **page
    )


def _all(work: UnitOfWork, model: Any) -> Any:
    return work.session.scalars(
        visible(work, select(model)).order_by(model.name).limit(_MOST)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One kind of record that is set up: how its form is made, read and saved."""

    model: Any
    new: str
    edit: str
    form: Callable[[UnitOfWork], Schema]
    #: For a record that is there: its secret may stay.
    edit_form: Callable[[UnitOfWork], Schema] | None = None
    stored: Callable[[UnitOfWork, Any], Mapping[str, Any]]
    add: Callable[[UnitOfWork, dict[str, Any]], object]
    change: Callable[[UnitOfWork, UUID, dict[str, Any], int | None], object]


def _vault() -> Vault:
    return open_vault(host().settings.data_dir)


def _calendars(work: UnitOfWork) -> dict[str, str]:
    return {str(one.id): one.name for one in _all(work, BusinessCalendar)}


def _tiers(work: UnitOfWork) -> dict[str, str]:
    """What the module of loyalty calls them; none without it."""
    found = work.enabled.traits.get(TIER)
    return dict(found.choices(work)) if found and found.choices else {}


def _fields_of(record: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


_POLICY = (
    "name",
    "place",
    "tier",
    "kind",
    "priority",
    "calendar_id",
    "response_minutes",
    "resolution_minutes",
    "active",
)

_PARTS = {
    "queues": _Part(
        model=Queue,
        new=_l("New queue"),
        edit=_l("Edit the queue"),
        form=lambda _work: queue_form(),
        stored=queue_values,
        add=settings.add_queue,
        change=settings.change_queue,
    ),
    "calendars": _Part(
        model=BusinessCalendar,
        new=_l("New business hours"),
        edit=_l("Edit the business hours"),
        form=lambda _work: calendar_form(),
        stored=calendar_values,
        add=settings.add_calendar,
        change=settings.change_calendar,
    ),
    "policies": _Part(
        model=SlaPolicy,
        new=_l("New service level"),
        edit=_l("Edit the service level"),
        form=lambda work: policy_form(_calendars(work), _tiers(work)),
        stored=lambda _work, one: _fields_of(one, _POLICY),
        add=lambda work, data: settings.add(work, SlaPolicy, data),
        change=lambda work, key, data, version: settings.change(
            work, SlaPolicy, key, data, version=version
        ),
    ),
    "mailboxes": _Part(
        model=Mailbox,
        new=_l("New mailbox"),
        edit=_l("Edit the mailbox"),
        form=lambda work: mailbox_form(queue_names(work), is_new=True),
        edit_form=lambda work: mailbox_form(queue_names(work), is_new=False),
        stored=lambda _work, one: _fields_of(one, mailboxes.FIELDS),
        add=lambda work, data: mailboxes.add_mailbox(
            work, data, secret=data["secret"], vault=_vault()
        ),
        change=lambda work, key, data, version: mailboxes.change_mailbox(
            work, key, data, secret=data["secret"], vault=_vault(), version=version
        ),
    ),
    "replies": _Part(
        model=CannedReply,
        new=_l("New ready-made reply"),
        edit=_l("Edit the ready-made reply"),
        form=lambda _work: CannedForm(),
        stored=lambda _work, one: _fields_of(one, ("name", "text")),
        add=lambda work, data: settings.add(work, CannedReply, data),
        change=lambda work, key, data, version: settings.change(
            work, CannedReply, key, data, version=version
        ),
    ),
}


def _part(name: str) -> _Part:
    if name not in _PARTS:
        raise NotFound(_("There is no such page."))
    return _PARTS[name]


@blueprint.route("/settings/<name>/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_setting(name: str) -> ResponseReturnValue:
    part, back = _part(name), url_for(".set_up", _anchor=name)
    with reading() as work:
        schema = part.form(work)
    if request.method == "GET":
        return form_page(Form(schema), title=_(part.new), back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            part.add(work, data)
        return back

    return submit(Form.sent(schema, request.form), save, title=_(part.new), back=back)


@blueprint.route("/settings/<name>/<uuid:key>", methods=["GET", "POST"])
@requires(MANAGE)
def edit_setting(name: str, key: UUID) -> ResponseReturnValue:
    part, back = _part(name), url_for(".set_up", _anchor=name)

    def fresh() -> Stored:
        with reading() as work:
            record = fetch(work, part.model, key)
            return Stored(part.stored(work, record), record.version)

    with reading() as work:
        schema = (part.edit_form or part.form)(work)
    now = fresh()
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=_(part.edit), back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            part.change(work, key, data, form.version)
        return back

    return submit(form, save, title=_(part.edit), back=back, fresh=fresh)


@blueprint.route("/settings/policies/<uuid:key>/steps/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_step(key: UUID) -> ResponseReturnValue:
    title, back = _("New step of escalation"), url_for(".set_up", _anchor="policies")
    with reading() as work:
        fetch(work, SlaPolicy, key)
        schema = step_form(colleagues(work))
    if request.method == "GET":
        return form_page(Form(schema), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            settings.add_step(work, key, data)
        return back

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@blueprint.post("/settings/policies/<uuid:key>/steps/<uuid:step_id>/remove")
@requires(MANAGE)
def remove_step(key: UUID, step_id: UUID) -> ResponseReturnValue:
    with writing() as work:
        settings.remove_step(work, key, step_id)
    flash(_("The step is removed."), "done")
    return redirect(url_for(".set_up", _anchor="policies"), 303)
