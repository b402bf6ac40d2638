"""The forms of loyalty."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from core.web.i18n import lazy as _l
from modules.loyalty.chips import ENROLMENTS, KINDS, SCOPES
from modules.loyalty.rules.states import Enrolment, Scope, VoucherKind
from modules.loyalty.services.earning import MOST_GRANTED


def _text(title: str, longest: int, *, help_: str = "", needed: bool = False) -> fields.String:
    return fields.String(
        required=needed,
        validate=validate.Length(min=1 if needed else None, max=longest),
        metadata={"title": title, "help": help_},
    )


def _whole(title: str, least: int, most: int, *, help_: str = "") -> fields.Integer:
    return fields.Integer(
        required=True,
        validate=validate.Range(least, most),
        metadata={"title": title, "help": help_},
    )


def _decimal(title: str, places: int, *, help_: str = "") -> fields.Decimal:
    return fields.Decimal(
        places=places,
        required=True,
        validate=validate.Range(min=0, max=1_000_000),
        metadata={"title": title, "help": help_},
    )


def _day(title: str) -> fields.Date:
    return fields.Date(allow_none=True, metadata={"title": title})


class ProgrammeForm(Schema):
    name = _text(_l("Name"), 120, needed=True)
    active = fields.Boolean(
        load_default=True,
        metadata={
            "title": _l("Points are earned"),
            "help": _l("Off: nobody earns; what members have can still be spent."),
        },
    )
    enrolment = fields.Enum(
        Enrolment,
        by_value=True,
        required=True,
        metadata={
            "title": _l("Who is a member"),
            "choices": {one.value: text for one, text in ENROLMENTS.items()},
        },
    )
    return_days = _whole(
        _l("Return window, days"),
        0,
        365,
        help_=_l("Points stay in escrow this long after the invoice."),
    )
    expiry_months = _whole(
        _l("Points expire after, months"), 0, 240, help_=_l("0: they never expire.")
    )
    qualify_months = _whole(
        _l("Qualification period, months"),
        1,
        60,
        help_=_l("Points of this long count for a tier, and a tier is kept this long."),
    )
    grace_days = _whole(
        _l("Grace, days"), 0, 365, help_=_l("How long a tier stays after its period ended.")
    )
    point_value = _decimal(
        _l("Value of a point"), 4, help_=_l("What one point costs you when it is spent.")
    )


class RuleForm(Schema):
    name = _text(_l("Name"), 120, needed=True, help_=_l("Members see it in their ledger."))
    scope = fields.Enum(
        Scope,
        by_value=True,
        required=True,
        metadata={
            "title": _l("Counts"),
            "choices": {one.value: text for one, text in SCOPES.items()},
        },
    )
    points = _decimal(_l("Points"), 6, help_=_l("Per unit of the currency, or per piece."))
    sku = _text(_l("Product"), 64, help_=_l("Its SKU, where pieces of it count."))
    minimum = _decimal(_l("From an invoice of"), 4, help_=_l("Net of tax; 0: every invoice."))
    starts_on = _day(_l("First day"))
    ends_on = _day(_l("Last day"))
    active = fields.Boolean(load_default=True, metadata={"title": _l("In force")})


class TierForm(Schema):
    name = _text(_l("Name"), 60, needed=True)
    threshold = _whole(_l("Points to reach it"), 1, 1_000_000_000)
    earn_percent = _whole(
        _l("Earns, per cent"), 0, 1000, help_=_l("100: as the rules say; 150: half as much again.")
    )
    price_list = _text(_l("Price list"), 120, help_=_l("The name of the one sales gives them."))
    benefits = fields.String(
        validate=validate.Length(max=2000),
        metadata={"title": _l("Benefits"), "multiline": True, "help": _l("In words, for members.")},
    )


def reward_form(tiers: Mapping[str, str]) -> Schema:
    """``tiers`` are those a reward may be kept for: id to name."""
    return Schema.from_dict(
        {
            "name": _text(_l("Name"), 120, needed=True),
            "description": _text(_l("Description"), 500),
            "points": _whole(_l("Points it costs"), 1, 1_000_000_000),
            "kind": fields.Enum(
                VoucherKind,
                by_value=True,
                required=True,
                metadata={
                    "title": _l("What it is"),
                    "choices": {one.value: text for one, text in KINDS.items()},
                },
            ),
            "value": _decimal(_l("Worth"), 4, help_=_l("The amount before tax, or the per cent.")),
            "sku": _text(_l("Product"), 64, help_=_l("Its SKU, where it is a product.")),
            "tier_id": fields.UUID(
                allow_none=True, metadata={"title": _l("From tier"), "choices": dict(tiers)}
            ),
            "valid_days": _whole(_l("Voucher is good for, days"), 1, 3650),
            "active": fields.Boolean(load_default=True, metadata={"title": _l("Offered")}),
        },
        name="RewardForm",
    )()


class GrantForm(Schema):
    points = _whole(_l("Points"), 1, MOST_GRANTED)
    reason = _text(_l("Why"), 200, needed=True, help_=_l("Members see it in their ledger."))
