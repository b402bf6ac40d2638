"""Loyalty on the wire, and the settings of its deed."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount, Words
from core.web.i18n import lazy as _l
from modules.loyalty.rules.states import (
    LotState,
    MemberState,
    PostingKind,
    Standing,
    VoucherKind,
    VoucherState,
)
from modules.loyalty.services.earning import MOST_GRANTED


class GrantSettings(Schema):
    points = fields.Integer(
        required=True,
        strict=False,
        validate=validate.Range(1, MOST_GRANTED),
        metadata={"title": _l("Points")},
    )


class MemberSchema(Schema):
    id = Id()
    number = fields.String()
    party_id = Id()
    party = fields.String()
    state = fields.Enum(MemberState, by_value=True)
    tier = fields.String(allow_none=True)
    standing = fields.Enum(Standing, by_value=True)
    tier_until = fields.Date(allow_none=True)
    balance = fields.Integer(
        metadata={"description": "May be negative: spent points that were taken back since."}
    )
    escrow = fields.Integer(metadata={"description": "Earned, until the return window ends."})
    lifetime = fields.Integer()
    joined_on = fields.Date()


class PostingSchema(Schema):
    """The six entries sum to zero."""

    id = Id()
    member_id = Id()
    kind = fields.Enum(PostingKind, by_value=True)
    source = fields.String()
    rule = fields.String()
    member = fields.Integer()
    escrow = fields.Integer()
    issued = fields.Integer()
    redeemed = fields.Integer()
    expired = fields.Integer()
    breakage = fields.Integer()
    reason = fields.String()
    posted_at = Moment()
    actor = fields.String()


class LotSchema(Schema):
    id = Id()
    member_id = Id()
    state = fields.Enum(LotState, by_value=True)
    source = fields.String()
    points = fields.Integer()
    left = fields.Integer()
    reversed = fields.Integer()
    lapsed = fields.Integer()
    earned_on = fields.Date()
    available_on = fields.Date()
    expires_on = fields.Date(allow_none=True)


class VoucherSchema(Schema):
    id = Id()
    code = fields.String()
    title = fields.String()
    member_id = Id()
    kind = fields.Enum(VoucherKind, by_value=True)
    value = MoneyAmount(metadata={"description": "An amount before tax, or per cent."})
    currency = CurrencyCode()
    points = fields.Integer()
    state = fields.Enum(VoucherState, by_value=True)
    expires_on = fields.Date()
    order_id = Id(allow_none=True)
    used_at = Moment(allow_none=True)
    discount = MoneyAmount()


class RewardSchema(Schema):
    id = Id()
    name = fields.String()
    description = fields.String()
    points = fields.Integer()
    kind = fields.Enum(VoucherKind, by_value=True)
    value = MoneyAmount()
    product_id = Id(allow_none=True)
    tier_id = Id(allow_none=True)
    valid_days = fields.Integer()
    active = fields.Boolean()


class EnrolSchema(Schema):
    party_id = Id(required=True)
    state = fields.Enum(
        MemberState,
        by_value=True,
        load_default=MemberState.ACTIVE,
        validate=validate.OneOf([MemberState.ACTIVE, MemberState.INVITED]),
    )


class GiveSchema(Schema):
    points = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_GRANTED))
    reason = Words(200, least=1, required=True)
    key = Words(
        120, least=1, required=True, metadata={"description": "The same key is the same present."}
    )


class RedeemSchema(Schema):
    reward_id = Id(required=True)
    key = Words(
        120,
        least=1,
        required=True,
        metadata={"description": "The same key is the same voucher, paid once."},
    )


class UseVoucherSchema(Schema):
    code = Words(32, least=1, required=True)
    order_id = Id(required=True)
