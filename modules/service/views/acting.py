"""What is done on the page of a ticket: answer, note, move, change, merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from core.companies import visible
from core.errors import Invalid, RuleBroken, Stale
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.service.models import Ticket
from modules.service.rules.states import TicketState
from modules.service.services.merging import merge, undo_merge
from modules.service.services.outgoing import resend
from modules.service.services.replies import canned
from modules.service.services.threads import Reply, add_note, keep_draft, reply
from modules.service.services.tickets import Step, assign, change_ticket, get_ticket, move
from modules.service.views.blueprint import WRITE, blueprint
from modules.service.views.forms import EndForm, MergeForm, ticket_form
from modules.service.views.tickets import colleagues, queue_names
from modules.service.words import STATES


def _back(key: UUID, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for(".ticket", key=key, _anchor=anchor or None), 303)


@blueprint.post("/<uuid:key>/reply")
@requires(WRITE)
def answer(key: UUID) -> ResponseReturnValue:
    """Send what was typed; where that can not be, it is kept and the reason is said."""
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    if (place := request.form.get("use", type=int)) is not None:
        return _use(key, text, place)
    then = _state(request.form.get("then", TicketState.WAITING_CUSTOMER))
    try:
        with writing() as work:
            wish = Reply(text=text, then=then, seen=UUID(seen) if seen else None)
            reply(work, key, wish)
    except (Stale, RuleBroken, Invalid) as error:
        with writing() as work:
            keep_draft(work, key, text)
        flash(" ".join([str(error), *filter(None, error.fields.values())]), "error")
        return _back(key, "reply")
    flash(_("The answer is on its way."), "done")
    return _back(key)


def _use(key: UUID, text: str, place: int) -> ResponseReturnValue:
    """Put a ready-made reply behind what was typed."""
    with writing() as work:
        ready = canned(work, get_ticket(work, key))
        if 0 <= place < len(ready):
            keep_draft(work, key, "\n\n".join(filter(None, (text.strip(), ready[place].text))))
    return _back(key, "reply")


@blueprint.post("/<uuid:key>/note")
@requires(WRITE)
def note(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        add_note(work, key, request.form.get("text", ""))
    flash(_("The note is kept. The customer does not see it."), "done")
    return _back(key)


@blueprint.post("/<uuid:key>/messages/<uuid:message_id>/send-again")
@requires(WRITE)
def send_again(key: UUID, message_id: UUID) -> ResponseReturnValue:
    """A mail that failed, or of which nobody knows whether it went out."""
    with writing() as work:
        resend(work, key, message_id)
    flash(_("The answer is on its way again."), "done")
    return _back(key)


@blueprint.post("/<uuid:key>/state")
@requires(WRITE)
def change_state(key: UUID) -> ResponseReturnValue:
    target = _state(request.form.get("state", ""))
    with writing() as work:
        move(work, get_ticket(work, key, lock=True), Step(target=target))
    flash(_("The ticket is now: %(state)s.", state=_(STATES[target].label)), "done")
    return _back(key)


def _state(text: str) -> TicketState:
    try:
        return TicketState(text)
    except ValueError as error:
        raise Invalid(_("There is no such state."), fields={"state": text}) from error


@blueprint.post("/<uuid:key>/assign")
@requires(WRITE)
def assign_one(key: UUID) -> ResponseReturnValue:
    wanted = request.form.get("assignee", "")
    with writing() as work:
        people = colleagues(work)
        if wanted and wanted not in people:
            raise Invalid(_("There is no such colleague."), fields={"assignee": wanted})
        assign(work, [key], UUID(wanted) if wanted else None)
    who = people.get(wanted, _("nobody"))
    flash(_("The ticket is assigned to %(who)s.", who=who), "done")
    return _back(key)


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = ticket_form(queue_names(work))
        now = _stored(get_ticket(work, key), schema)
        title = _("Edit %(number)s", number=get_ticket(work, key).number)
    back = url_for(".ticket", key=key)
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_ticket(work, key, data, version=form.version)
        return back

    def fresh() -> Stored:
        with reading() as work:
            return _stored(get_ticket(work, key), schema)

    return submit(form, save, title=title, back=back, fresh=fresh)


def _stored(ticket: Ticket, schema: Schema) -> Stored:
    return Stored({name: getattr(ticket, name) for name in schema.fields}, ticket.version)


@blueprint.route("/<uuid:key>/end", methods=["GET", "POST"])
@requires(WRITE)
def end(key: UUID) -> ResponseReturnValue:
    """Reject or cancel it, with the reason."""

    def act(work: UnitOfWork, data: dict[str, Any]) -> None:
        step = Step(target=TicketState(data["how"]), reason=data["reason"])
        move(work, get_ticket(work, key, lock=True), step)

    return _form(key, EndForm(), title=_("End without a solution"), act=act)


@blueprint.route("/<uuid:key>/merge", methods=["GET", "POST"])
@requires(WRITE)
def merge_into(key: UUID) -> ResponseReturnValue:
    def act(work: UnitOfWork, data: dict[str, Any]) -> None:
        merge(work, key, _numbered(work, data["number"]))

    return _form(key, MergeForm(), title=_("Merge into another ticket"), act=act)


def _numbered(work: UnitOfWork, number: str) -> UUID:
    found = visible(work, select(Ticket.id).where(Ticket.number == number.strip().upper()))
    keys = work.session.scalars(found.limit(2)).all()
    if len(keys) != 1:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"number": _("There is no such ticket.")},
        )
    return keys[0]


def _form(
    key: UUID, schema: Schema, *, title: str, act: Callable[[UnitOfWork, dict[str, Any]], None]
) -> ResponseReturnValue:
    back = url_for(".ticket", key=key)
    if request.method == "GET":
        with reading() as work:
            get_ticket(work, key)
        return form_page(Form(schema), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            act(work, data)
        return back

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@blueprint.post("/<uuid:key>/unmerge")
@requires(WRITE)
def unmerge(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        number = undo_merge(work, key).number
    flash(_("Ticket %(number)s stands for itself again.", number=number), "done")
    return _back(key)
