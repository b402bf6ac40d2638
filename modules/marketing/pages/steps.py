"""Adding a step to a journey: one small form per kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from modules.marketing.models import Journey
from modules.marketing.pages.blueprint import WRITE, blueprint, crumbs, segment_choices
from modules.marketing.pages.forms import MessageForm
from modules.marketing.pages.journeys import deeds
from modules.marketing.rules.states import StepKind
from modules.marketing.services.journeys import add_step


class WaitForm(Schema):
    hours = fields.Integer(
        required=True,
        validate=validate.Range(1, 24 * 366),
        metadata={"title": _l("Hours to wait"), "help": _l("48 are two days")},
    )


def _condition_form(segments: Mapping[str, str]) -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "what": fields.String(
            required=True,
            metadata={
                "title": _l("Goes on when"),
                "choices": {
                    "segment": _l("they are in a segment"),
                    "clicked": _l("they followed a link of this journey"),
                    "opened": _l("they opened a mail of this journey (weak)"),
                },
            },
        ),
        "segment_id": fields.UUID(
            allow_none=True,
            load_default=None,
            metadata={"title": _l("Segment"), "choices": segments},
        ),
        "otherwise": fields.String(
            load_default="leave",
            metadata={
                "title": _l("Otherwise"),
                "choices": {
                    "leave": _l("they leave the journey"),
                    "skip": _l("the next step is left out"),
                },
            },
        ),
    }
    return Schema.from_dict(made, name="ConditionForm")()


@blueprint.route("/journeys/<uuid:key>/steps/<kind>", methods=["GET", "POST"])
@requires(WRITE)
def new_step(key: UUID, kind: str) -> ResponseReturnValue:
    """``kind`` is a step's, or the name of a deed."""
    with reading() as work:
        journey = fetch(work, Journey, key)
        forms = {
            StepKind.WAIT: WaitForm(),
            StepKind.CONDITION: _condition_form(segment_choices(work)),
            StepKind.MESSAGE: MessageForm(),
        }
        known = deeds(work)
    titles = {
        StepKind.WAIT: _("Wait"),
        StepKind.CONDITION: _("Condition"),
        StepKind.MESSAGE: _("Message"),
    }
    if kind not in {*forms, *known}:
        abort(404)
    schema = known[kind].settings() if kind in known else forms[StepKind(kind)]
    title = _(known[kind].title) if kind in known else titles[StepKind(kind)]
    back = url_for(".journey", key=key)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            if kind in known:
                settings = {"name": kind, "settings": form.given()}
                add_step(work, key, StepKind.DEED, settings)
            elif kind == StepKind.MESSAGE:
                add_step(work, key, StepKind.MESSAGE, {}, message=data)
            else:
                add_step(work, key, StepKind(kind), data)
        return back

    form = Form.sent(schema, request.form) if request.method == "POST" else Form(schema)
    form.path = crumbs((journey.name, back))
    if request.method == "POST":
        return submit(form, save, title=title, back=back)
    return form_page(form, title=title, back=back)
