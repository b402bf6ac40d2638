"""The forms of marketing, as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from marshmallow import Schema, fields, validate

from core.web.i18n import lazy as _l
from modules.marketing import chips
from modules.marketing.rules.states import (
    Audience,
    Basis,
    Channel,
    ConsentState,
    SuppressionReason,
    WinnerRule,
)

_MOMENT = "%Y-%m-%d %H:%M"


def _moment(title: str, words: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(
        format=_MOMENT,
        default_timezone=UTC,
        allow_none=True,
        load_default=None,
        metadata={"title": title, "help": words},
    )


def _number(title: str, words: str, *, least: int = 0, most: int, first: int) -> fields.Integer:
    return fields.Integer(
        load_default=first,
        validate=validate.Range(least, most),
        metadata={"title": title, "help": words},
    )


def _amount(title: str, words: str) -> fields.Decimal:
    return fields.Decimal(
        places=2,
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=0, max=10**12),
        metadata={"title": title, "help": words},
    )


def _one_of(
    title: str, choices: Mapping[str, str], *, words: str = "", required: bool = True
) -> fields.UUID:
    about = {"title": title, "choices": choices, "help": words}
    if required:
        return fields.UUID(required=True, metadata=about)
    return fields.UUID(allow_none=True, load_default=None, metadata=about)


def campaign_form(segments: Mapping[str, str], purposes: Mapping[str, str]) -> Schema:
    """The choices are of the company at hand, so the schema is made for each request."""
    made: dict[str, fields.Field[Any]] = {
        "name": fields.String(
            required=True, validate=validate.Length(1, 200), metadata={"title": _l("Name")}
        ),
        "goal": fields.String(
            required=True,
            metadata={
                "title": _l("Goal"),
                "help": _l("What should people do? A campaign without one can not be judged."),
                "multiline": True,
            },
        ),
        "purpose_id": _one_of(
            _l("Purpose"), purposes, words=_l("Only who agreed to it is written to")
        ),
        "segment_id": _one_of(_l("To"), segments),
        "excluded_id": _one_of(_l("But not to"), segments, required=False),
        "audience": fields.Enum(
            Audience,
            by_value=True,
            load_default=Audience.FROZEN,
            metadata={"title": _l("Audience"), "choices": chips.AUDIENCES},
        ),
        "starts_at": _moment(
            _l("Starts"), _l("Year-month-day hour:minute in UTC; empty: when you start it")
        ),
        "ends_at": _moment(_l("Ends"), _l("For an audience that may grow until then")),
        "per_minute": _number(
            _l("Mails a minute"),
            _l("0: as fast as the mail server takes them"),
            most=100_000,
            first=0,
        ),
        "target_clicks": fields.Integer(
            allow_none=True,
            load_default=None,
            validate=validate.Range(min=0, max=10**9),
            metadata={"title": _l("Clicks hoped for")},
        ),
        "target_revenue": _amount(_l("Revenue hoped for"), _l("Net, in the company's currency")),
        "budget": _amount(_l("Budget"), _l("What it may cost, so that the cost per click shows")),
        "test_share": _number(
            _l("Per cent to try variants on"),
            _l("Of a campaign with several messages; the rest gets the winner"),
            most=100,
            first=20,
        ),
        "winner_rule": fields.Enum(
            WinnerRule,
            by_value=True,
            load_default=WinnerRule.CLICKS,
            metadata={"title": _l("The winner has most"), "choices": chips.WINNERS},
        ),
        "decide_after_hours": _number(
            _l("Hours until the winner is chosen"), "", least=1, most=720, first=24
        ),
    }
    return Schema.from_dict(made, name="CampaignForm")()


class MessageForm(Schema):
    subject = fields.String(
        required=True, validate=validate.Length(1, 500), metadata={"title": _l("Subject")}
    )
    text = fields.String(
        required=True,
        metadata={
            "title": _l("Text"),
            "help": _l(
                "Merge fields: {{ first_name | default('friend') }}, {{ name }}, {{ company }},"
                " and every trait by its name. A link to unsubscribe is added below."
            ),
            "multiline": True,
        },
    )
    html = fields.String(
        load_default="",
        metadata={
            "title": _l("HTML"),
            "help": _l("Empty: made from the text"),
            "multiline": True,
        },
    )


class TestForm(Schema):
    address = fields.Email(required=True, metadata={"title": _l("Send a test to")})


def journey_form(segments: Mapping[str, str], purposes: Mapping[str, str]) -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "name": fields.String(
            required=True, validate=validate.Length(1, 200), metadata={"title": _l("Name")}
        ),
        "segment_id": _one_of(
            _l("Who enters"), segments, words=_l("Who is in this segment, or gets into it")
        ),
        "purpose_id": _one_of(
            _l("Purpose of its messages"), purposes, words=_l("Only who agreed to it gets them")
        ),
        "goal_id": _one_of(
            _l("Goal"),
            segments,
            words=_l("Who gets into this segment has reached it, and leaves"),
            required=False,
        ),
        "again_after_days": _number(
            _l("Again after days"), _l("0: everybody once"), most=3650, first=0
        ),
    }
    return Schema.from_dict(made, name="JourneyForm")()


class PurposeForm(Schema):
    title = fields.String(
        required=True, validate=validate.Length(1, 200), metadata={"title": _l("Title")}
    )
    wording = fields.String(
        required=True,
        metadata={
            "title": _l("What people agree to"),
            "help": _l("The sentence as they read it. Changing it makes a new version."),
            "multiline": True,
        },
    )
    double_opt_in = fields.Boolean(
        load_default=True,
        metadata={
            "title": _l("Confirm by mail"),
            "help": _l("A consent by form counts only once its mail was answered"),
        },
    )
    active = fields.Boolean(load_default=True, metadata={"title": _l("In use")})


class PolicyForm(Schema):
    sender_name = fields.String(load_default="", metadata={"title": _l("Sender's name")})
    sender_address = fields.String(
        load_default="",
        validate=lambda text: validate.Email()(text) if text else None,
        metadata={"title": _l("Sender's address"), "help": _l("Empty: that of the installation")},
    )
    postal_address = fields.String(
        load_default="",
        metadata={
            "title": _l("Postal address"),
            "help": _l("Stands below every mail; many countries' law wants it"),
            "multiline": True,
        },
    )
    cap_mails = _number(_l("Mails to one person at most"), _l("0: no limit"), most=1000, first=4)
    cap_days = _number(_l("in so many days"), "", least=1, most=365, first=30)
    opens_at = _number(_l("Send from hour"), "", most=23, first=0)
    closes_at = _number(_l("to before hour"), "", most=24, first=24)
    zone = fields.String(
        load_default="UTC",
        metadata={"title": _l("Time zone of these hours"), "help": _l("Like Europe/Vienna")},
    )
    soft_bounces = _number(
        _l("Suppress after soft bounces in a row"), _l("0: never"), most=100, first=3
    )
    window_days = _number(
        _l("Days a touch counts"),
        _l("Until the invoice is issued; for what a campaign brought"),
        least=1,
        most=365,
        first=30,
    )


class SuppressionForm(Schema):
    address = fields.Email(required=True, metadata={"title": _l("Mail address")})
    reason = fields.Enum(
        SuppressionReason,
        by_value=True,
        load_default=SuppressionReason.COLLEAGUE,
        metadata={
            "title": _l("Reason"),
            "choices": {key: chip.label for key, chip in chips.SUPPRESSION.items()},
        },
    )
    note = fields.String(load_default="", metadata={"title": _l("Note")})


def consent_form(purposes: Mapping[str, str]) -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "purpose_id": _one_of(_l("Purpose"), purposes),
        "channel": fields.Enum(
            Channel,
            by_value=True,
            load_default=Channel.EMAIL,
            metadata={"title": _l("Channel"), "choices": chips.CHANNELS},
        ),
        "state": fields.Enum(
            ConsentState,
            by_value=True,
            required=True,
            metadata={
                "title": _l("What was said"),
                "choices": {
                    ConsentState.GIVEN: _l("They agree"),
                    ConsentState.WITHDRAWN: _l("They do not want it any more"),
                },
            },
        ),
        "basis": fields.Enum(
            Basis,
            by_value=True,
            load_default=Basis.CONSENT,
            metadata={"title": _l("Lawful basis"), "choices": chips.BASES},
        ),
        "note": fields.String(
            required=True,
            metadata={
                "title": _l("How do you know?"),
                "help": _l("On the phone, on a form at the fair: it is the proof"),
                "multiline": True,
            },
        ),
    }
    return Schema.from_dict(made, name="ConsentForm")()
