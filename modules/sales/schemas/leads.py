"""Leads, opportunities and pipelines as JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount, Words
from modules.sales.rules.leads import UTM, Disqualified, LeadSource, LeadState
from modules.sales.rules.opportunities import OpportunityState


class LeadSchema(Schema):
    id = Id()
    state = fields.Enum(LeadState, by_value=True)
    name = fields.String()
    organisation = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    tax_id = fields.String(allow_none=True)
    city = fields.String()
    country = fields.String()
    language = fields.String(allow_none=True)
    interest = fields.String()
    owner_id = Id(allow_none=True)
    source = fields.Enum(LeadSource, by_value=True)
    utm = fields.Dict(keys=fields.String(), values=fields.String())
    consent_text = fields.String(allow_none=True)
    reason = fields.Enum(Disqualified, by_value=True, allow_none=True)
    party_id = Id(allow_none=True)
    opportunity_id = Id(allow_none=True)
    created_at = Moment()
    updated_at = Moment()
    version = fields.Integer()


class ChangedLeadSchema(Schema):
    """Fields that are left out stay as they are."""

    name = Words(200)
    organisation = Words(200)
    email = Words(320, allow_none=True)
    phone = Words(40, allow_none=True)
    tax_id = Words(64, allow_none=True)
    city = Words(120)
    country = Words(2)
    language = Words(16, allow_none=True)
    interest = Words(10_000)
    owner_id = Id(allow_none=True)


class NewLeadSchema(ChangedLeadSchema):
    """A person, an organisation or both, and an e-mail address or a phone number."""

    utm = fields.Dict(
        keys=fields.String(validate=validate.OneOf(UTM)), values=Words(200), load_default=dict
    )
    consent_text = Words(
        2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "The words they agreed to; left out: they did not."},
    )


class DisqualifySchema(Schema):
    reason = fields.Enum(Disqualified, by_value=True, required=True)
    note = Words(1000, load_default="")


class OpportunitySchema(Schema):
    id = Id()
    number = fields.String()
    name = fields.String()
    party_id = Id()
    contact_id = Id(allow_none=True)
    stage_id = Id()
    state = fields.Enum(OpportunityState, by_value=True)
    owner_id = Id(allow_none=True)
    expected = MoneyAmount(allow_none=True)
    currency = CurrencyCode()
    closes_on = fields.Date(allow_none=True)
    stage_since = Moment()
    closed_at = Moment(allow_none=True)
    competitor = fields.String()
    created_at = Moment()
    version = fields.Integer()


class ChangedOpportunitySchema(Schema):
    """Fields that are left out stay as they are."""

    name = Words(200, least=1)
    contact_id = Id(allow_none=True)
    owner_id = Id(allow_none=True)
    expected = MoneyAmount(least=0, allow_none=True)
    closes_on = fields.Date(allow_none=True)
    note = Words(10_000)


class DealSchema(ChangedOpportunitySchema):
    name = Words(200, least=1, required=True)
    currency = CurrencyCode(metadata={"description": "The company's own, if left out."})
    stage_id = Id(
        load_default=None, metadata={"description": "The first one, if left out."}, allow_none=True
    )


class NewOpportunitySchema(DealSchema):
    party_id = Id(required=True)


class ConvertSchema(DealSchema):
    """Without ``party_id`` a new party is made; 409 where one looks alike, unless ``anyway``."""

    party_id = Id(load_default=None, allow_none=True)
    anyway = fields.Boolean(load_default=False)


class MoveSchema(Schema):
    stage_id = Id(required=True)
    version = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"description": "The version you read: a newer one refuses."},
    )


class LostSchema(Schema):
    reason_id = Id(required=True)
    competitor = Words(200, load_default="")
    note = Words(1000, load_default="")


class NoteSchema(Schema):
    note = Words(1000, load_default="")


class ReopenSchema(Schema):
    reason = Words(1000, least=1, required=True)


class StageSchema(Schema):
    id = Id()
    pipeline_id = Id()
    name = fields.String()
    position = fields.Integer()
    probability = fields.Integer(metadata={"description": "Per cent."})
    active = fields.Boolean()
    version = fields.Integer()


class ChangedStageSchema(Schema):
    name = Words(120, least=1)
    position = fields.Integer(validate=validate.Range(1, 1000))
    probability = fields.Integer(validate=validate.Range(0, 100))
    active = fields.Boolean()


class NewStageSchema(ChangedStageSchema):
    name = Words(120, least=1, required=True)
    probability = fields.Integer(required=True, validate=validate.Range(0, 100))


class PipelineSchema(Schema):
    id = Id()
    name = fields.String()
    position = fields.Integer()
    stages = fields.List(fields.Nested(StageSchema))


class PipelinesSchema(Schema):
    items = fields.List(fields.Nested(PipelineSchema))


class NameSchema(Schema):
    name = Words(120, least=1, required=True)


class LostReasonSchema(Schema):
    id = Id()
    name = fields.String()


class LostReasonsSchema(Schema):
    items = fields.List(fields.Nested(LostReasonSchema))


class ForecastRowSchema(Schema):
    month = fields.Date(
        allow_none=True, metadata={"description": "Its first day; null: no day is set."}
    )
    owner_id = Id(allow_none=True)
    currency = CurrencyCode()
    number = fields.Integer()
    amount = MoneyAmount()
    weighted = MoneyAmount()


class ForecastSchema(Schema):
    items = fields.List(fields.Nested(ForecastRowSchema))
