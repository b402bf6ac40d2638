"""Planned next steps as JSON."""

from __future__ import annotations

from marshmallow import Schema, fields

from core.api.fields import Id, Moment, Words
from modules.contacts.rules import ActivityKind


class ActivitySchema(Schema):
    """A planned next step; closed, ``done`` says whether it was done or dropped."""

    id = Id()
    kind = fields.Enum(ActivityKind, by_value=True)
    summary = fields.String()
    note = fields.String()
    due_at = Moment()
    assignee_id = Id(allow_none=True)
    party_id = Id(allow_none=True)
    about_kind = fields.String(allow_none=True)
    about_id = Id(allow_none=True)
    closed_at = Moment(allow_none=True)
    done = fields.Boolean()
    outcome = fields.String()
    version = fields.Integer()


class ChangedActivitySchema(Schema):
    """Fields that are left out stay as they are."""

    kind = fields.Enum(ActivityKind, by_value=True)
    summary = Words(500, least=1)
    note = Words(10_000)
    due_at = Moment()
    assignee_id = Id(allow_none=True)


class NewActivitySchema(ChangedActivitySchema):
    kind = fields.Enum(ActivityKind, by_value=True, required=True)
    summary = Words(500, least=1, required=True)
    due_at = Moment(required=True)
    key = Words(
        200,
        least=1,
        load_default=None,
        metadata={"description": "The same one twice is the same activity: a retry is harmless."},
    )


class OutcomeSchema(Schema):
    outcome = Words(500, load_default="")
