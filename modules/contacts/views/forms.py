"""The forms of parties and of what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from marshmallow import Schema, fields, validate

from core.sync.documents import PartyKind
from core.web.i18n import lazy as _l
from core.web.i18n import voice
from modules.contacts import words
from modules.contacts.rules import (
    Channel,
    Direction,
    Influence,
    PointKind,
    RelationKind,
    Role,
    countries,
)


def _text(title: str, longest: int, *, help_: str = "", multiline: bool = False) -> fields.String:
    about = {"title": title, "help": help_, "multiline": multiline}
    return fields.String(validate=validate.Length(max=longest), metadata=about)


def _needed(title: str, longest: int, *, help_: str = "", multiline: bool = False) -> fields.String:
    about = {"title": title, "help": help_, "multiline": multiline}
    return fields.String(
        required=True, validate=validate.Length(min=1, max=longest), metadata=about
    )


def _maybe(title: str, longest: int, *, help_: str = "") -> fields.String:
    return fields.String(
        allow_none=True,
        validate=validate.Length(max=longest),
        metadata={"title": title, "help": help_},
    )


def _flag(title: str, *, default: bool = False) -> fields.Boolean:
    return fields.Boolean(load_default=default, metadata={"title": title})


def party_form(owners: Mapping[str, str]) -> Schema:
    """``owners`` are those who may look after a party: id to name."""
    owner = fields.UUID(allow_none=True, metadata={"title": _l("Owner"), "choices": dict(owners)})
    roles = {f"is_{role}": _flag(words.ROLES[role].label) for role in Role}
    kind = fields.Enum(
        PartyKind,
        by_value=True,
        required=True,
        metadata={"title": _l("Kind"), "choices": words.choices(words.KINDS)},
    )
    return Schema.from_dict(
        {
            "name": _needed(_l("Name"), 200),
            "kind": kind,
            **roles,
            "number": _maybe(_l("Number"), 64, help_=_l("What your ERP calls them.")),
            "tax_id": _maybe(_l("Tax id"), 64),
            "language": _maybe(
                _l("Language"), 16, help_=_l("To write to them in: en, vi, th, zh-TW.")
            ),
            "owner_id": owner,
            "note": _text(_l("Note"), 10_000, multiline=True),
        },
        name="PartyForm",
    )()


def address_form() -> Schema:
    names = Locale.parse(str(voice().locale)).territories
    shown = {code: str(names.get(code, code)) for code in countries()}
    ordered = dict(sorted(shown.items(), key=lambda item: item[1]))
    country = fields.String(metadata={"title": _l("Country"), "choices": ordered})
    return Schema.from_dict(
        {
            "street": _text(_l("Street"), 500),
            "postal_code": _text(_l("Postal code"), 32),
            "city": _text(_l("City"), 120),
            "region": _text(_l("Region"), 120),
            "country": country,
            "billing": _flag(_l("For invoices"), default=True),
            "shipping": _flag(_l("For goods"), default=True),
        },
        name="AddressForm",
    )()


class PointForm(Schema):
    kind = fields.Enum(
        PointKind,
        by_value=True,
        required=True,
        metadata={"title": _l("Kind"), "choices": words.choices(words.POINTS)},
    )
    value = _needed(_l("Address or number"), 320)
    label = _text(_l("Used for"), 120, help_=_l("Orders, invoices, Mondays."))
    preferred = _flag(_l("The first to try"))


class RelationForm(Schema):
    kind = fields.Enum(
        RelationKind,
        by_value=True,
        required=True,
        metadata={"title": _l("This party"), "choices": words.choices(words.RELATIONS)},
    )
    other = _needed(_l("Whom"), 200, help_=_l("The name of a party that is here, or its number."))
    title = _text(_l("Position"), 120)
    influence = fields.Enum(
        Influence,
        by_value=True,
        allow_none=True,
        metadata={"title": _l("Influence"), "choices": words.choices(words.INFLUENCES)},
    )


class InteractionForm(Schema):
    channel = fields.Enum(
        Channel,
        by_value=True,
        required=True,
        metadata={"title": _l("What"), "choices": words.choices(words.CHANNELS)},
    )
    direction = fields.Enum(
        Direction,
        by_value=True,
        allow_none=True,
        metadata={"title": _l("Direction"), "choices": words.choices(words.DIRECTIONS)},
    )
    text = _needed(_l("What was said or agreed"), 20_000, multiline=True)
    outcome = _text(_l("Outcome"), 500)
    next_step = _text(_l("Next step"), 500)
    next_on = fields.Date(allow_none=True, metadata={"title": _l("Next step on")})


def split_roles(data: dict[str, Any]) -> set[Role]:
    """Takes the check boxes out of a party's data."""
    return {role for role in Role if data.pop(f"is_{role}")}
