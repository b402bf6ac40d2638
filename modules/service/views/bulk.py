"""What is done with several tickets at once."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import Invalid
from core.requests import reading, writing
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.web.i18n import ngettext
from modules.service.services.tickets import assign, give_back
from modules.service.views.blueprint import WRITE, blueprint
from modules.service.views.tickets import colleagues

_MOST = 200


@blueprint.get("/assign")
@requires(WRITE)
def choose_assignee() -> ResponseReturnValue:
    """Who gets those that were picked in the list."""
    picked = [str(key) for key in _picked(request.args.getlist("ticket"))]
    with reading() as work:
        people = colleagues(work)
    crumbs = [(_("Tickets"), url_for(".index")), (_("Assign"), "")]
    return render_template("service/assign.html", picked=picked, people=people, crumbs=crumbs)


@blueprint.post("/assign")
@requires(WRITE)
def assign_picked() -> ResponseReturnValue:
    picked = _picked(request.form.getlist("ticket"))
    wanted = request.form.get("assignee", "")
    with writing() as work:
        if wanted and wanted not in colleagues(work):
            raise Invalid(_("There is no such colleague."), fields={"assignee": wanted})
        former = assign(work, picked, UUID(wanted) if wanted else None)
    text = ngettext("%(n)s ticket is assigned.", "%(n)s tickets are assigned.", len(former))
    flash(text, "done")
    return redirect(url_for(".assigned", was=[f"{key}:{who or ''}" for key, who in former]), 303)


@blueprint.get("/assigned")
@requires(WRITE)
def assigned() -> ResponseReturnValue:
    """What was done, and the way back."""
    was = request.args.getlist("was")[:_MOST]
    crumbs = [(_("Tickets"), url_for(".index")), (_("Assigned"), "")]
    return render_template("service/assigned.html", was=was, crumbs=crumbs)


@blueprint.post("/assigned/undo")
@requires(WRITE)
def undo_assign() -> ResponseReturnValue:
    former = [_former(text) for text in request.form.getlist("was")[:_MOST]]
    with writing() as work:
        give_back(work, former)
    flash(_("The tickets are with those who had them before."), "done")
    return redirect(url_for(".index"), 303)


def _picked(keys: list[str]) -> list[UUID]:
    try:
        found = [UUID(key) for key in keys[:_MOST]]
    except ValueError as error:
        raise Invalid(_("This is no ticket."), fields={"ticket": ""}) from error
    if not found:
        raise Invalid(_("Select the tickets first."), fields={"ticket": ""})
    return found


def _former(text: str) -> tuple[UUID, UUID | None]:
    key, _colon, who = text.partition(":")
    try:
        return UUID(key), UUID(who) if who else None
    except ValueError as error:
        raise Invalid(_("This is no ticket."), fields={"was": ""}) from error
