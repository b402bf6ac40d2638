"""The forms of leads and of what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from core.api.fields import MoneyAmount
from core.web.i18n import lazy as _l
from modules.sales import lead_words
from modules.sales.rules.leads import Disqualified


def _text(title: str, longest: int, *, help_: str = "", multiline: bool = False) -> fields.String:
    about = {"title": title, "help": help_, "multiline": multiline}
    return fields.String(validate=validate.Length(max=longest), metadata=about)


def _chosen(title: str, choices: Mapping[str, str], *, required: bool = False) -> fields.UUID:
    about = {"title": title, "choices": dict(choices)}
    return fields.UUID(required=required, allow_none=not required, metadata=about)


def lead_form(owners: Mapping[str, str]) -> Schema:
    return Schema.from_dict(
        {
            "name": _text(_l("Person"), 200),
            "organisation": _text(_l("Organisation"), 200),
            "email": _text(_l("E-mail"), 320),
            "phone": _text(_l("Phone"), 40),
            "tax_id": _text(_l("Tax id"), 64),
            "city": _text(_l("City"), 120),
            "country": _text(_l("Country"), 2, help_=_l("Two letters, like DE, TH or VN.")),
            "language": _text(_l("Language"), 16, help_=_l("Like en, vi, th, zh-TW.")),
            "interest": _text(_l("What they want"), 10_000, multiline=True),
            "owner_id": _chosen(_l("Owner"), owners),
        },
        name="LeadForm",
    )()


class DisqualifyForm(Schema):
    reason = fields.Enum(
        Disqualified,
        by_value=True,
        required=True,
        metadata={"title": _l("Reason"), "choices": lead_words.choices(lead_words.REASONS)},
    )
    note = _text(_l("In words"), 1000, multiline=True)


def opportunity_form(owners: Mapping[str, str], currency: str) -> Schema:
    about = {"title": _l("Expected amount"), "help": currency}
    return Schema.from_dict(
        {
            "name": fields.String(
                required=True,
                validate=validate.Length(min=1, max=200),
                metadata={"title": _l("What it is about")},
            ),
            "expected": MoneyAmount(allow_none=True, least=0, metadata=about),
            "closes_on": fields.Date(allow_none=True, metadata={"title": _l("Decided by")}),
            "owner_id": _chosen(_l("Owner"), owners),
            "note": _text(_l("Note"), 10_000, multiline=True),
        },
        name="OpportunityForm",
    )()


def new_opportunity_form(
    owners: Mapping[str, str], currency: str, stages: Mapping[str, str]
) -> Schema:
    own = opportunity_form(owners, currency).fields
    customer = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"title": _l("Customer"), "help": _l("The name of a party, or its number.")},
    )
    stage = _chosen(_l("Stage"), stages)
    made: dict[str, Any] = {"party": customer, **own, "stage_id": stage}
    return Schema.from_dict(made, name="NewOpportunityForm")()


def stage_choice(stages: Mapping[str, str]) -> Schema:
    stage = _chosen(_l("Stage"), stages, required=True)
    return Schema.from_dict({"stage_id": stage}, name="StageChoice")()


def lost_form(reasons: Mapping[str, str]) -> Schema:
    return Schema.from_dict(
        {
            "reason_id": _chosen(_l("Reason"), reasons, required=True),
            "competitor": _text(
                _l("Competitor"), 200, help_=_l("Who won it in our place, if you know.")
            ),
            "note": _text(_l("In words"), 1000, multiline=True),
        },
        name="LostForm",
    )()


class NoteForm(Schema):
    note = _text(_l("Why"), 1000, multiline=True)


class ReopenForm(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(min=1, max=1000),
        metadata={"title": _l("Why it is opened again")},
    )


class StageForm(Schema):
    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=120),
        metadata={"title": _l("Name")},
    )
    probability = fields.Integer(
        required=True,
        validate=validate.Range(0, 100),
        metadata={"title": _l("Probability, per cent")},
    )
    position = fields.Integer(
        required=True, validate=validate.Range(1, 1000), metadata={"title": _l("Place")}
    )
    active = fields.Boolean(load_default=False, metadata={"title": _l("In use")})


class NameForm(Schema):
    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=120),
        metadata={"title": _l("Name")},
    )


def web_form_form(owners: Mapping[str, str]) -> Schema:
    return Schema.from_dict(
        {
            "title": fields.String(
                required=True,
                validate=validate.Length(min=1, max=200),
                metadata={"title": _l("Title")},
            ),
            "intro": _text(_l("Words above the fields"), 2000, multiline=True),
            "consent_text": _text(
                _l("What somebody agrees to by ticking"),
                2000,
                multiline=True,
                help_=_l("Kept word by word with each answer. Empty: nothing is asked."),
            ),
            "thanks": _text(_l("Words after sending"), 2000, multiline=True),
            "owner_id": _chosen(_l("Leads go to"), owners),
            "active": fields.Boolean(load_default=False, metadata={"title": _l("Open")}),
        },
        name="WebFormForm",
    )()
