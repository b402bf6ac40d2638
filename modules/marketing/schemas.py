"""Marketing on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.api.fields import Id, Moment, Words
from modules.marketing.rules.states import (
    Audience,
    Basis,
    CampaignState,
    Channel,
    ConsentSource,
    ConsentState,
    EnrolmentState,
    JourneyState,
    Reason,
    SendState,
    SuppressionReason,
    WinnerRule,
)


class ConsentSchema(Schema):
    purpose_id = Id()
    purpose = fields.String()
    channel = fields.Enum(Channel, by_value=True)
    state = fields.Enum(ConsentState, by_value=True)
    basis = fields.Enum(Basis, by_value=True)
    address = fields.String()
    since = Moment()


class StandingsSchema(Schema):
    items = fields.List(fields.Nested(ConsentSchema))


class SayConsentSchema(Schema):
    purpose_id = Id(required=True)
    channel = fields.Enum(Channel, by_value=True, load_default=Channel.EMAIL)
    state = fields.Enum(
        ConsentState,
        by_value=True,
        required=True,
        validate=validate.OneOf((ConsentState.GIVEN, ConsentState.WITHDRAWN)),
        metadata={
            "description": "Given, for a purpose that asks to confirm, is requested until the mail"
            " is answered."
        },
    )
    basis = fields.Enum(Basis, by_value=True, load_default=Basis.CONSENT)
    address = fields.Email(load_default="")
    note = Words(2000, load_default="", metadata={"description": "How it is known: the proof."})


class EntrySchema(Schema):
    id = Id()
    party_id = Id()
    purpose_id = Id()
    channel = fields.Enum(Channel, by_value=True)
    state = fields.Enum(ConsentState, by_value=True)
    basis = fields.Enum(Basis, by_value=True)
    source = fields.Enum(ConsentSource, by_value=True)
    address = fields.String()
    wording = fields.String()
    wording_version = fields.Integer()
    actor = fields.String()
    at = Moment()


class SuppressionSchema(Schema):
    id = Id()
    address = fields.String()
    reason = fields.Enum(SuppressionReason, by_value=True)
    note = fields.String()
    at = Moment()


class NewSuppressionSchema(Schema):
    address = fields.Email(required=True)
    reason = fields.Enum(SuppressionReason, by_value=True, load_default=SuppressionReason.COLLEAGUE)
    note = Words(2000, load_default="")


class ReportSchema(Schema):
    mail = fields.String(
        required=True,
        metadata={"description": "The report whole, as it came: RFC 3464 or RFC 5965."},
    )


class TakenSchema(Schema):
    taken = fields.Integer(metadata={"description": "How many of our sends it was about."})


class SegmentSchema(Schema):
    id = Id()
    name = fields.String()
    note = fields.String()
    is_list = fields.Boolean()
    active = fields.Boolean()
    updated_at = Moment()


class WholeSegmentSchema(SegmentSchema):
    tree = fields.Dict()
    version = fields.Integer()


class NewSegmentSchema(Schema):
    name = Words(200, least=1, required=True)
    note = Words(2000, load_default="")
    tree = fields.Dict(
        load_default=dict,
        metadata={
            "description": 'Conditions: {"all": [{"trait": "contacts.country", "is": "one_of",'
            ' "value": ["AT"]}]}; all, any and not may be nested. Empty makes a fixed list.'
        },
    )


class CountSchema(Schema):
    number = fields.Integer()
    more = fields.Boolean(metadata={"description": "There are more than that."})
    missing = fields.List(
        fields.String(), metadata={"description": "Traits of disabled modules: nobody matches."}
    )


class CampaignLineSchema(Schema):
    id = Id()
    name = fields.String()
    state = fields.Enum(CampaignState, by_value=True)
    goal = fields.String()
    segment_id = Id()
    segment = fields.String()
    purpose = fields.String()
    sent = fields.Integer()
    started_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    created_at = Moment()


class NewCampaignSchema(Schema):
    name = Words(200, least=1, required=True)
    goal = Words(2000, required=True)
    purpose_id = Id(required=True)
    segment_id = Id(required=True)
    excluded_id = Id(load_default=None, allow_none=True)
    audience = fields.Enum(Audience, by_value=True, load_default=Audience.FROZEN)
    starts_at = Moment(load_default=None, allow_none=True)
    ends_at = Moment(load_default=None, allow_none=True)
    per_minute = fields.Integer(load_default=0, validate=validate.Range(0, 100_000))
    test_share = fields.Integer(load_default=20, validate=validate.Range(0, 100))
    winner_rule = fields.Enum(WinnerRule, by_value=True, load_default=WinnerRule.CLICKS)
    decide_after_hours = fields.Integer(load_default=24, validate=validate.Range(1, 720))
    subject = Words(500, least=1, required=True)
    text = Words(200_000, required=True)
    html = Words(200_000, load_default="")


class CampaignSchema(Schema):
    id = Id()
    name = fields.String()
    slug = fields.String()
    state = fields.Enum(CampaignState, by_value=True)
    goal = fields.String()
    segment_id = Id()
    purpose_id = Id()
    started_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    version = fields.Integer()


class PersonSendSchema(Schema):
    id = Id()
    party_id = Id()
    party = fields.String()
    address = fields.String()
    state = fields.Enum(SendState, by_value=True)
    reason = fields.Enum(Reason, by_value=True, allow_none=True)
    campaign_id = Id(allow_none=True)
    variant = fields.String(allow_none=True)
    sent_at = Moment(allow_none=True)
    opened_at = Moment(allow_none=True, metadata={"description": "Weak: programs open too."})
    clicked_at = Moment(allow_none=True)
    unsubscribed_at = Moment(allow_none=True)
    words = fields.String(metadata={"description": "The mail server's last words."})


class JourneySchema(Schema):
    id = Id()
    name = fields.String()
    state = fields.Enum(JourneyState, by_value=True)
    segment_id = Id()
    segment = fields.String()
    updated_at = Moment()


class EnrolmentSchema(Schema):
    id = Id()
    journey_id = Id()
    party_id = Id()
    party = fields.String()
    state = fields.Enum(EnrolmentState, by_value=True)
    started_at = Moment()
    due_at = Moment()
    ended_at = Moment(allow_none=True)
    reason = fields.String()
