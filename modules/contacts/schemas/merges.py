"""Parties that look alike, and merges, as JSON."""

from __future__ import annotations

from marshmallow import Schema, fields

from core.api.fields import Id, Moment
from modules.contacts.rules.likeness import Sign
from modules.contacts.services.merge_plan import FIELDS, Side


class ReasonSchema(Schema):
    sign = fields.Enum(Sign, by_value=True)
    value = fields.String()
    per_cent = fields.Integer()


class LikenessSchema(Schema):
    score = fields.Integer(metadata={"description": "Per cent."})
    reasons = fields.List(fields.Nested(ReasonSchema))


class AlikeSchema(Schema):
    """A party that may be the same, and why."""

    id = Id()
    name = fields.String()
    number = fields.String(allow_none=True)
    likeness = fields.Nested(LikenessSchema)


class AlikesSchema(Schema):
    items = fields.List(fields.Nested(AlikeSchema))


class PairSchema(Schema):
    one = fields.Nested(AlikeSchema)
    other = fields.Nested(AlikeSchema)


class PairsSchema(Schema):
    items = fields.List(fields.Nested(PairSchema))


class ChoiceSchema(Schema):
    field = fields.String()
    kept = fields.String()
    other = fields.String()
    proposed = fields.Enum(Side, by_value=True)


class MergedInErpSchema(Schema):
    connection = fields.String()
    external_id = fields.String()
    goes_along = fields.Boolean(
        metadata={"description": "False: the ERP knows both, and this id stays as an alias."}
    )


class MergePlanSchema(Schema):
    choices = fields.List(fields.Nested(ChoiceSchema))
    brings = fields.Dict(keys=fields.String(), values=fields.Integer())
    in_erps = fields.List(fields.Nested(MergedInErpSchema))


#: By field, whose value stays; what is left out is as the plan proposes.
ChoicesSchema = Schema.from_dict(
    {name: fields.Enum(Side, by_value=True) for name in FIELDS}, name="ChoicesSchema"
)


class NewMergeSchema(Schema):
    other_id = Id(required=True)
    choices = fields.Nested(ChoicesSchema, load_default=dict)


class MergeSchema(Schema):
    id = Id()
    kept_id = Id()
    merged_id = Id()
    author = fields.String()
    merged_at = Moment()
    undone_at = Moment(allow_none=True)


class UnmergedSchema(Schema):
    stayed = fields.List(
        fields.String(),
        metadata={"description": "Fields that were changed since, and stay as they are."},
    )
