"""Closing a stopped record of the ERP: a form that asks why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.sync.mending import LONGEST_REASON, close
from core.sync.models import InboxRow
from core.sync.pages.board import blueprint
from core.sync.pages.words import kind_words
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy


class WhyFields(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_REASON),
        metadata={
            "title": lazy("Why"),
            "help": lazy("Kept in the history with your name."),
            "multiline": True,
        },
    )


@blueprint.route("/in/<uuid:key>/close", methods=["GET", "POST"])
@requires("core.sync_act")
def close_record(key: UUID) -> ResponseReturnValue:
    """What came in and is stopped; a later version of it comes in all the same."""
    with reading() as work:
        row = fetch(work, InboxRow, key)
    title = _("Close %(name)s", name=row.external_id)
    back = url_for(".stopped")
    if request.method == "GET":
        form = Form(WhyFields())
        form.path = [(_("Stopped"), back)]
        lede = f"{kind_words(row.kind)}: {row.message}"
        return form_page(form, title=title, back=back, lede=lede, save=_("Close"))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            close(work, key, data["reason"])
        return back

    sent = Form.sent(WhyFields(), request.form)
    sent.path = [(_("Stopped"), back)]
    return submit(sent, save, title=title, back=back, done=_("Closed. Nothing comes of it."))
