"""Tickets as JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount
from modules.service.rules.clock import Mark, Target
from modules.service.rules.states import About, Channel, Direction, Kind, Priority, TicketState


class TicketRowSchema(Schema):
    id = Id()
    number = fields.String()
    subject = fields.String()
    kind = fields.Enum(Kind, by_value=True)
    priority = fields.Enum(Priority, by_value=True)
    state = fields.Enum(TicketState, by_value=True)
    channel = fields.Enum(Channel, by_value=True)
    party_id = Id(allow_none=True)
    party = fields.String(allow_none=True)
    email = fields.String()
    contact = fields.String()
    queue_id = Id()
    queue = fields.String()
    assignee_id = Id(allow_none=True)
    assignee = fields.String(allow_none=True)
    due_at = Moment(
        allow_none=True, metadata={"description": "The sooner open promise; none while paused."}
    )
    response_due_at = Moment(allow_none=True)
    resolution_due_at = Moment(allow_none=True)
    response_breached_at = Moment(allow_none=True)
    resolution_breached_at = Moment(allow_none=True)
    responded_at = Moment(allow_none=True)
    resolved_at = Moment(allow_none=True)
    escalation_level = fields.Integer()
    created_at = Moment()
    updated_at = Moment()
    version = fields.Integer()


class MessageSchema(Schema):
    id = Id()
    direction = fields.Enum(Direction, by_value=True)
    at = Moment()
    author = fields.String()
    email = fields.String()
    text = fields.String()
    automatic = fields.Boolean()
    remark = fields.String()


class StandingSchema(Schema):
    target = fields.Enum(Target, by_value=True)
    mark = fields.Enum(Mark, by_value=True)
    due_at = Moment(allow_none=True)
    left_s = fields.Function(
        lambda one: int(one.left.total_seconds()),
        metadata={"description": "Seconds of business hours; negative when it is late."},
    )


class TicketSchema(Schema):
    id = Id()
    number = fields.String()
    subject = fields.String()
    kind = fields.Enum(Kind, by_value=True)
    priority = fields.Enum(Priority, by_value=True)
    state = fields.Enum(TicketState, by_value=True)
    channel = fields.Enum(Channel, by_value=True)
    party_id = Id(allow_none=True)
    email = fields.String()
    contact = fields.String()
    queue_id = Id()
    assignee_id = Id(allow_none=True)
    about = fields.Enum(About, by_value=True, allow_none=True)
    about_id = Id(allow_none=True)
    client_reference = fields.String(allow_none=True)
    merged_into_id = Id(allow_none=True)
    reason = fields.String()
    root_cause = fields.String()
    compensation = fields.String()
    compensation_amount = MoneyAmount(allow_none=True)
    compensation_currency = CurrencyCode(allow_none=True)
    messages = fields.List(fields.Nested(MessageSchema))
    standings = fields.List(fields.Nested(StandingSchema))
    created_at = Moment()
    version = fields.Integer()


class NewTicketSchema(Schema):
    subject = fields.String(required=True, validate=validate.Length(1, 200))
    text = fields.String(required=True, validate=validate.Length(1, 100_000))
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.QUESTION)
    priority = fields.Enum(Priority, by_value=True, load_default=Priority.NORMAL)
    queue_id = Id(load_default=None, allow_none=True)
    party_id = Id(load_default=None, allow_none=True)
    email = fields.Email(load_default="")
    contact = fields.String(load_default="", validate=validate.Length(max=200))
    about = fields.Enum(About, by_value=True, load_default=None, allow_none=True)
    about_id = Id(load_default=None, allow_none=True)
    client_reference = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 200),
        metadata={"description": "The same one twice is the same ticket."},
    )


class TicketChangeSchema(Schema):
    version = fields.Integer(required=True)
    subject = fields.String(validate=validate.Length(1, 200))
    kind = fields.Enum(Kind, by_value=True)
    priority = fields.Enum(Priority, by_value=True)
    queue_id = Id()
    party_id = Id(allow_none=True)
    email = fields.Email()
    contact = fields.String(validate=validate.Length(max=200))
    root_cause = fields.String(validate=validate.Length(max=20_000))
    compensation = fields.String(validate=validate.Length(max=500))
    compensation_amount = MoneyAmount(allow_none=True, least=0)
    compensation_currency = CurrencyCode(allow_none=True)


class StepSchema(Schema):
    state = fields.Enum(TicketState, by_value=True, required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class ReplySchema(Schema):
    text = fields.String(required=True, validate=validate.Length(1, 100_000))
    then = fields.Enum(TicketState, by_value=True, load_default=TicketState.WAITING_CUSTOMER)


class NoteSchema(Schema):
    text = fields.String(required=True, validate=validate.Length(1, 100_000))


class MergeSchema(Schema):
    into_id = Id(required=True)


class AssignSchema(Schema):
    assignee_id = Id(required=True, allow_none=True)
