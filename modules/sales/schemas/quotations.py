"""Quotations and promises as JSON."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount, Quantity, Sku, UnitPrice, Words
from modules.sales.rules.pricing import DiscountKind
from modules.sales.rules.promises import PromiseKind, PromiseState
from modules.sales.rules.quotations import Doubt, Policy, QuotationState

_VERSION = {"description": "The version you read: a newer one refuses."}


class DiscountSchema(Schema):
    kind = fields.Enum(DiscountKind, by_value=True, required=True)
    value = UnitPrice(required=True, least=0)


class QuotationRowSchema(Schema):
    id = Id()
    number = fields.String()
    revision = fields.Integer(metadata={"description": "Of its newest version, which this is."})
    state = fields.Enum(QuotationState, by_value=True)
    customer_id = Id()
    customer = fields.String()
    currency = CurrencyCode()
    valid_until = fields.Date()
    given_away = UnitPrice(
        metadata={"description": "Per cent below the ERP's price, of the line that goes furthest."}
    )
    net = MoneyAmount()
    tax = MoneyAmount()
    total = MoneyAmount()
    sent_at = Moment(allow_none=True)
    owner_id = Id(allow_none=True)
    opportunity_id = Id(allow_none=True)
    order_id = Id(allow_none=True)
    version = fields.Integer()


class QuotationLineSchema(Schema):
    position = fields.Integer()
    sku = fields.String()
    text = fields.String()
    quantity = Quantity()
    unit = fields.String(attribute="uom", metadata={"description": "UN/ECE code."})
    erp_price = UnitPrice(allow_none=True, metadata={"description": "When the line was made."})
    price_list = fields.String(metadata={"description": "Empty: the list price."})
    price_source = fields.String()
    price_known_until = Moment()
    erp_price_now = UnitPrice(allow_none=True)
    price = UnitPrice(attribute="own_price", allow_none=True)
    discount = fields.Nested(DiscountSchema, allow_none=True)
    unit_price = UnitPrice(metadata={"description": "After all discounts, before tax."})
    net = MoneyAmount()
    promised_on = fields.Date(allow_none=True)
    available = Quantity(allow_none=True)
    stock_known_until = Moment(allow_none=True)


class FindingSchema(Schema):
    """Something that speaks against sending it."""

    doubt = fields.Enum(Doubt, by_value=True)
    policy = fields.Enum(Policy, by_value=True, metadata={"description": "block refuses to send."})
    text = fields.String()


class CreditSchema(Schema):
    overdue = MoneyAmount(allow_none=True)
    limit = MoneyAmount(allow_none=True)
    left = MoneyAmount(allow_none=True)
    on_hold = fields.Boolean()


class AnswerSchema(Schema):
    accepted = fields.Boolean()
    name = fields.String()
    reason = fields.String()
    answered_at = Moment()
    address = fields.String()
    seal = fields.String(metadata={"description": "SHA-256 over what was agreed to."})
    signed = fields.Function(lambda answer: bool(answer.signature))


class QuotationSchema(QuotationRowSchema):
    promised_on = fields.Date(allow_none=True)
    discount = UnitPrice(metadata={"description": "Per cent off every line."})
    terms = fields.String()
    needs_approval = fields.Boolean(metadata={"description": "Before you may send it."})
    asked_why = fields.String()
    refusal = fields.String(metadata={"description": "Why its discount was refused."})
    sent_to = fields.String()
    seal = fields.String()
    lines = fields.List(fields.Nested(QuotationLineSchema))
    findings = fields.List(fields.Nested(FindingSchema))
    credit = fields.Nested(CreditSchema)
    answer = fields.Nested(AnswerSchema, allow_none=True)


class NewQuotationLineSchema(Schema):
    sku = Sku(required=True)
    quantity = Quantity(required=True, above=0)
    price = UnitPrice(
        load_default=None,
        least=0,
        metadata={"description": "Net, per unit, before discount; the ERP's, if left out."},
    )
    discount = fields.Nested(DiscountSchema, load_default=None, allow_none=True)
    text = Words(500, load_default="")
    promised_on = fields.Date(load_default=None, allow_none=True)


class NewQuotationSchema(Schema):
    customer_id = Id(required=True)
    currency = CurrencyCode(required=True)
    lines = fields.List(
        fields.Nested(NewQuotationLineSchema), required=True, validate=validate.Length(1, 500)
    )
    valid_until = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "As long as the policy says, if left out."},
    )
    promised_on = fields.Date(load_default=None, allow_none=True)
    discount = UnitPrice(load_default=Decimal(), least=0)
    terms = Words(4000, load_default="")
    opportunity_id = Id(load_default=None, allow_none=True)


class QuotationChangeSchema(NewQuotationSchema):
    version = fields.Integer(required=True, metadata=_VERSION)


class VersionSchema(Schema):
    version = fields.Integer(required=True, metadata=_VERSION)


class AskSchema(VersionSchema):
    why = Words(1000, load_default="")


class RefusalSchema(Schema):
    reason = Words(1000, required=True)


class SendSchema(VersionSchema):
    to = fields.String(
        load_default="",
        validate=validate.Length(max=254),
        metadata={"description": "An e-mail address; empty hands a link over some other way."},
    )
    message = Words(4000, load_default="")


class RecordedAnswerSchema(Schema):
    """What a customer said by telephone or letter, written down for them."""

    revision = fields.Integer(required=True)
    name = Words(200, required=True)
    reason = Words(1000, load_default="", metadata={"description": "Of a no."})


class OfferLinkSchema(Schema):
    address = fields.String(metadata={"description": "Shown once: only its hash is kept."})


class VersionRowSchema(Schema):
    revision = fields.Integer()
    state = fields.Enum(QuotationState, by_value=True)
    made_at = Moment()
    sent_at = Moment(allow_none=True)
    valid_until = fields.Date()
    net = MoneyAmount()
    tax = MoneyAmount()
    seal = fields.String()


class PieceSchema(Schema):
    quantity = Quantity()
    unit_price = UnitPrice()
    net = MoneyAmount()


class DifferenceSchema(Schema):
    sku = fields.String()
    before = fields.Nested(PieceSchema, allow_none=True)
    after = fields.Nested(PieceSchema, allow_none=True)


class ComparisonSchema(Schema):
    before = fields.Nested(VersionRowSchema)
    after = fields.Nested(VersionRowSchema)
    lines = fields.List(fields.Nested(DifferenceSchema))


class VersionListSchema(Schema):
    items = fields.List(fields.Nested(VersionRowSchema))


class MadePromiseSchema(Schema):
    id = Id()
    order_id = Id()
    customer_id = Id()
    position = fields.Integer()
    sku = fields.String()
    quantity = Quantity()
    kind = fields.Enum(PromiseKind, by_value=True)
    promised_on = fields.Date(allow_none=True)
    promised_price = UnitPrice(allow_none=True)
    state = fields.Enum(PromiseState, by_value=True)
    happened_on = fields.Date(allow_none=True)
    invoiced_price = UnitPrice(allow_none=True)
    reason = fields.String()


class PromiseSchema(MadePromiseSchema):
    order = fields.String()
    customer = fields.String()
    currency = CurrencyCode()


class PromisesMadeSchema(Schema):
    items = fields.List(fields.Nested(MadePromiseSchema))


class NewPromiseSchema(Schema):
    promised_on = fields.Date(required=True)
    position = fields.Integer(
        load_default=None, metadata={"description": "Of a line; all of them, if left out."}
    )


class ReasonSchema(Schema):
    reason = Words(1000, required=True)


class KeptRateSchema(Schema):
    kept = fields.Integer()
    late = fields.Integer()
    broken = fields.Integer()
    open = fields.Integer()
    decided = fields.Integer(metadata={"description": "The sample: what the rate is made of."})
    percent = fields.Integer(allow_none=True)
