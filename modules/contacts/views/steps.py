"""The form of a planned next step: a day and, if it matters, an hour of the reader's own zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from marshmallow import Schema, fields, validate

from core.web.i18n import lazy as _l
from core.web.i18n import voice
from modules.contacts import words
from modules.contacts.models import Activity
from modules.contacts.rules import ActivityFields, ActivityKind

#: A step without an hour is due when its day is over.
_END_OF_DAY = time(23, 59)


def activity_form(people: Mapping[str, str]) -> Schema:
    """``people`` are those who may do it: id to name."""
    kind = fields.Enum(
        ActivityKind,
        by_value=True,
        required=True,
        metadata={"title": _l("Kind"), "choices": words.choices(words.ACTIVITIES)},
    )
    hour = fields.Time(
        format="%H:%M",
        allow_none=True,
        metadata={"title": _l("At"), "help": _l("Like 14:30; empty: any time of that day.")},
    )
    return Schema.from_dict(
        {
            "kind": kind,
            "summary": fields.String(
                required=True,
                validate=validate.Length(min=1, max=500),
                metadata={"title": _l("What is to be done")},
            ),
            "due_on": fields.Date(required=True, metadata={"title": _l("Due on")}),
            "due_time": hour,
            "assignee_id": fields.UUID(
                allow_none=True, metadata={"title": _l("Who"), "choices": dict(people)}
            ),
            "note": fields.String(
                validate=validate.Length(max=10_000),
                metadata={"title": _l("Note"), "multiline": True},
            ),
        },
        name="ActivityForm",
    )()


class OutcomeForm(Schema):
    outcome = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"title": _l("Outcome"), "help": _l("What came of it; it goes to the timeline.")},
    )


def activity_fields(data: dict[str, Any]) -> ActivityFields:
    """Of a loaded form."""
    hour = data.pop("due_time", None) or _END_OF_DAY
    local = datetime.combine(data.pop("due_on"), hour, tzinfo=voice().zone)
    return {**data, "due_at": local.astimezone(UTC)}  # type: ignore[typeddict-item]  # the schema's fields


def activity_values(step: Activity) -> dict[str, Any]:
    local = step.due_at.astimezone(voice().zone)
    hour = local.time().replace(tzinfo=None, second=0, microsecond=0)
    return {
        "kind": step.kind,
        "summary": step.summary,
        "due_on": local.date(),
        "due_time": "" if hour == _END_OF_DAY else hour.strftime("%H:%M"),
        "assignee_id": step.assignee_id,
        "note": step.note,
    }
