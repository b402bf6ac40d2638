"""Forms of what is set up: queues, mailboxes, business hours, service levels, replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from core.web.i18n import lazy as _l
from modules.service import words
from modules.service.models import EscalationAction
from modules.service.rules.clock import Target
from modules.service.rules.states import Kind, Priority
from modules.service.rules.turns import Assignment
from modules.service.views.forms import (
    choice_field,
    id_choice_field,
    labels_of,
    long_field,
    text_field,
)


class CannedForm(Schema):
    name = text_field(_l("Name"), most=120, required=True)
    text = long_field(
        _l("Text"),
        required=True,
        help=_l("{customer}, {number}, {subject} and {agent} are filled in."),
    )


def queue_form() -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "name": text_field(_l("Name"), most=120, required=True),
        "slug": fields.String(
            allow_none=True,
            validate=validate.Regexp(r"[a-z0-9][a-z0-9-]{1,58}$"),
            metadata={
                "title": _l("Public address"),
                "help": _l("Letters, digits and hyphens: “shop” is at /help/shop/."),
            },
        ),
        "assignment": fields.Enum(
            Assignment,
            by_value=True,
            required=True,
            metadata={
                "title": _l("Who gets new tickets"),
                "choices": {key.value: label for key, label in words.ASSIGNMENTS.items()},
            },
        ),
        "members": fields.List(
            fields.String(),
            metadata={"title": _l("Members"), "help": _l("E-mail addresses, one per line.")},
        ),
        "active": fields.Boolean(load_default=True, metadata={"title": _l("In use")}),
    }
    return Schema.from_dict(made)()


_DAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


def calendar_form() -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "name": text_field(_l("Name"), most=120, required=True),
        "zone": text_field(
            _l("Time zone"),
            most=64,
            required=True,
            metadata={"help": _l("Like Europe/Berlin or Asia/Bangkok.")},
        ),
    }
    for number, day in enumerate(_DAYS):
        about = {"help": _l("Like 09:00-12:00, 13:00-17:30; empty: closed.")} if not number else {}
        made[f"day{number}"] = text_field(day, most=200, load_default="", metadata=about)
    made["holidays"] = fields.List(
        fields.String(),
        metadata={"title": _l("Holidays"), "help": _l("One per line: 2026-12-25 Christmas.")},
    )
    return Schema.from_dict(made)()


def policy_form(calendars: Mapping[str, str], tiers: Mapping[str, str]) -> Schema:
    minutes = validate.Range(1, 1_000_000)
    made: dict[str, fields.Field[Any]] = {
        "name": text_field(_l("Name"), most=120, required=True),
        "place": fields.Integer(
            load_default=100,
            validate=validate.Range(0, 10_000),
            metadata={
                "title": _l("Place"),
                "help": _l("The policies are tried from the lowest on; the first that fits holds."),
            },
        ),
        "tier": _tier(tiers),
        "kind": _kind_or_all(),
        "priority": _priority_or_all(),
        "calendar_id": id_choice_field(_l("Business hours"), calendars, required=True),
        "response_minutes": fields.Integer(
            required=True,
            validate=minutes,
            metadata={"title": _l("First answer within (minutes of business hours)")},
        ),
        "resolution_minutes": fields.Integer(
            required=True,
            validate=minutes,
            metadata={"title": _l("Solution within (minutes of business hours)")},
        ),
        "active": fields.Boolean(load_default=True, metadata={"title": _l("In use")}),
    }
    return Schema.from_dict(made)()


def _tier(tiers: Mapping[str, str]) -> fields.Field[Any]:
    about = {"title": _l("Loyalty tier"), "help": _l("Empty: all.")}
    if tiers:
        return choice_field(_l("Loyalty tier"), tiers, allow_none=True, metadata=about)
    return fields.String(allow_none=True, validate=validate.Length(max=120), metadata=about)


def _kind_or_all() -> fields.Field[Any]:
    about = {"title": _l("Kind"), "choices": labels_of(words.KINDS), "help": _l("Empty: all.")}
    return fields.Enum(Kind, by_value=True, allow_none=True, metadata=about)


def _priority_or_all() -> fields.Field[Any]:
    about = {
        "title": _l("Priority"),
        "choices": labels_of(words.PRIORITIES),
        "help": _l("Empty: all."),
    }
    return fields.Enum(Priority, by_value=True, allow_none=True, metadata=about)


def step_form(people: Mapping[str, str]) -> Schema:
    targets = {key.value: label for key, label in words.TARGETS.items()}
    actions = {
        EscalationAction.NOTIFY.value: _l("Somebody is told by mail"),
        EscalationAction.REASSIGN.value: _l("Somebody gets the ticket, and a mail"),
    }
    help_ = _l("100 is the moment at which the promise breaks.")
    made: dict[str, fields.Field[Any]] = {
        "target": _member(Target, _l("Of which promise"), targets),
        "percent": fields.Integer(
            required=True,
            validate=validate.Range(1, 1_000),
            metadata={"title": _l("At how many per cent of the time"), "help": help_},
        ),
        "action": _member(EscalationAction, _l("What happens"), actions),
        "user_id": id_choice_field(_l("Who"), people, required=True),
    }
    return Schema.from_dict(made)()


def _member(kind: type[Any], title: str, choices: Mapping[str, str]) -> fields.Field[Any]:
    about = {"title": title, "choices": dict(choices)}
    return fields.Enum(kind, by_value=True, required=True, metadata=about)


def mailbox_form(queues: Mapping[str, str], *, is_new: bool) -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "name": text_field(
            _l("Name"),
            most=120,
            required=True,
            metadata={"help": _l("Customers see it before the address of an answer.")},
        ),
        "address": fields.Email(required=True, metadata={"title": _l("E-mail address")}),
        "host": text_field(_l("IMAP server"), most=253, required=True),
        "port": fields.Integer(
            load_default=993,
            validate=validate.Range(1, 65535),
            metadata={"title": _l("Port")},
        ),
        "tls": fields.Boolean(load_default=True, metadata={"title": _l("Encrypted (TLS)")}),
        "user": text_field(_l("User name"), most=320, required=True),
        "secret": _secret() if is_new else _secret_or_kept(),
        "folder": text_field(_l("Folder"), most=120, load_default="INBOX"),
        "queue_id": id_choice_field(_l("Queue of its tickets"), queues, required=True),
        "acknowledge": fields.Boolean(
            load_default=True, metadata={"title": _l("Say that a mail arrived")}
        ),
        "active": fields.Boolean(load_default=True, metadata={"title": _l("In use")}),
    }
    return Schema.from_dict(made)()


def _secret() -> fields.String:
    return fields.String(required=True, metadata={"title": _l("Password"), "secret": True})


def _secret_or_kept() -> fields.String:
    return fields.String(load_default="", metadata={"title": _l("Password"), "secret": True})
