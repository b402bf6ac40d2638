"""Orders as JSON."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount, Quantity, Sku, UnitPrice, Words
from core.sync.documents import Progress
from core.sync.models import DeliveryState, OutboxVerb
from core.sync.requested import RequestState
from modules.sales.rules import OrderState


class StatesSchema(Schema):
    """Four axes: what we agreed, what left the warehouse, what was billed, how the ERP has it."""

    commercial = fields.Enum(OrderState, by_value=True)
    fulfilment = fields.Enum(Progress, by_value=True)
    billing = fields.Enum(Progress, by_value=True)
    link = fields.Enum(
        DeliveryState,
        by_value=True,
        allow_none=True,
        metadata={"description": "None for a draft, and for an order born in the ERP."},
    )


class LinkSchema(Schema):
    """The order at one ERP."""

    connection = fields.String(allow_none=True)
    external_id = fields.String(allow_none=True)
    reference = fields.String(
        allow_none=True, metadata={"description": "What the ERP stores to find our order again."}
    )
    number = fields.String(allow_none=True, metadata={"description": "The ERP's own number."})
    state = fields.Enum(DeliveryState, by_value=True, allow_none=True)
    message = fields.String(metadata={"description": "Why it is where it is; empty: all is well."})


class OrderLineSchema(Schema):
    position = fields.Integer()
    sku = fields.String()
    text = fields.String()
    quantity = Quantity()
    unit = fields.String(attribute="uom", metadata={"description": "UN/ECE code."})
    unit_price = UnitPrice()
    net = MoneyAmount()
    shipped = Quantity()


class OrderRowSchema(Schema):
    id = Id()
    number = fields.String()
    customer_id = Id()
    customer = fields.String()
    currency = CurrencyCode()
    ordered_on = fields.Date()
    client_reference = fields.String(allow_none=True)
    states = fields.Nested(StatesSchema)
    net = MoneyAmount()
    tax = MoneyAmount()
    total = MoneyAmount()
    source = fields.String(
        metadata={"description": "tandem, or the connection whose ERP it was born in."}
    )
    version = fields.Integer()


class RequestSchema(Schema):
    """What the ERP was asked to do with an order it has."""

    id = Id()
    verb = fields.Enum(OutboxVerb, by_value=True, metadata={"description": "cancel or change."})
    state = fields.Enum(RequestState, by_value=True)
    message = fields.String(metadata={"description": "The ERP's words when it refused."})
    connection = fields.String()
    created_at = Moment()
    ended_at = Moment(allow_none=True)
    undoable = fields.Boolean(metadata={"description": "Nothing was sent yet: withdraw works."})


class OrderSchema(OrderRowSchema):
    tax_is_estimate = fields.Boolean()
    lines = fields.List(fields.Nested(OrderLineSchema))
    links = fields.List(fields.Nested(LinkSchema))
    requests = fields.List(
        fields.Nested(RequestSchema),
        metadata={"description": "Cancellations and changes asked of the ERP, the newest first."},
    )


class NewLineSchema(Schema):
    sku = Sku(required=True)
    quantity = Quantity(required=True, above=0)
    unit = fields.String(
        load_default=None, metadata={"description": "The product's own, if left out."}
    )
    unit_price = UnitPrice(
        load_default=None,
        least=0,
        metadata={"description": "Net, per unit; the list price, if left out."},
    )
    text = Words(500, load_default="")


class NewOrderSchema(Schema):
    customer_id = Id(required=True)
    currency = CurrencyCode(required=True)
    lines = fields.List(
        fields.Nested(NewLineSchema), required=True, validate=validate.Length(min=1, max=500)
    )
    client_reference = Words(
        128,
        least=1,
        load_default=None,
        metadata={"description": "The same one twice is the same order: a retry is harmless."},
    )


class OrderChangeSchema(NewOrderSchema):
    version = fields.Integer(
        required=True, metadata={"description": "The version you read: a newer one refuses."}
    )


class ChangeRequestSchema(Schema):
    lines = fields.List(
        fields.Nested(NewLineSchema), required=True, validate=validate.Length(min=1, max=500)
    )
    version = fields.Integer(
        required=True, metadata={"description": "The version you read: a newer one refuses."}
    )
