"""Forms of tickets and articles, and the fields all forms here are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from core.api.fields import MoneyAmount
from core.web.i18n import lazy as _l
from modules.service import words
from modules.service.rules.states import Kind, Priority


def labels_of(chips: Mapping[Any, Any]) -> dict[str, str]:
    return {key.value: chip.label for key, chip in chips.items()}


def text_field(title: str, *, most: int = 200, **more: Any) -> fields.String:
    about = {"title": title, **more.pop("metadata", {})}
    lengths = validate.Length(1 if more.get("required") else 0, most)
    return fields.String(validate=lengths, metadata=about, **more)


def long_field(title: str, **more: Any) -> fields.String:
    help_ = {"help": more.pop("help")} if "help" in more else {}
    return text_field(title, most=20_000, metadata={"multiline": True, **help_}, **more)


def choice_field(title: str, choices: Mapping[str, str], **more: Any) -> fields.String:
    about = {"title": title, "choices": dict(choices), **more.pop("metadata", {})}
    return fields.String(validate=validate.OneOf(list(choices)), metadata=about, **more)


def _kinds() -> fields.Enum[Kind]:
    about = {"title": _l("Kind"), "choices": labels_of(words.KINDS)}
    return fields.Enum(Kind, by_value=True, required=True, metadata=about)


def _priorities() -> fields.Enum[Priority]:
    about = {"title": _l("Priority"), "choices": labels_of(words.PRIORITIES)}
    return fields.Enum(Priority, by_value=True, required=True, metadata=about)


def id_choice_field(title: str, choices: Mapping[str, str], **more: Any) -> fields.UUID:
    return fields.UUID(metadata={"title": title, "choices": dict(choices)}, **more)


def ticket_form(queues: Mapping[str, str]) -> Schema:
    """What is changed of a ticket; which queues there are is known per company."""
    made: dict[str, fields.Field[Any]] = {
        "subject": text_field(_l("Subject"), required=True),
        "kind": _kinds(),
        "priority": _priorities(),
        "queue_id": id_choice_field(_l("Queue"), queues, required=True),
        "contact": text_field(_l("Who asks"), load_default=""),
        "email": fields.Email(allow_none=False, metadata={"title": _l("E-mail")}),
        "root_cause": long_field(
            _l("Root cause"),
            load_default="",
            help=_l("A complaint needs one before it is resolved."),
        ),
        "compensation": text_field(_l("Compensation"), most=500, load_default=""),
        "compensation_amount": MoneyAmount(
            least=0, allow_none=True, metadata={"title": _l("What it is worth")}
        ),
        "compensation_currency": fields.String(
            allow_none=True,
            validate=validate.Regexp("[A-Z]{3}$"),
            metadata={"title": _l("Currency of it")},
        ),
    }
    return Schema.from_dict(made)()


def new_ticket_form(queues: Mapping[str, str]) -> Schema:
    made: dict[str, fields.Field[Any]] = {
        "subject": text_field(_l("Subject"), required=True),
        "text": long_field(_l("What the customer says"), required=True),
        "kind": _kinds(),
        "priority": _priorities(),
        "queue_id": id_choice_field(_l("Queue"), queues, load_default=None, allow_none=True),
        "contact": text_field(_l("Who asks"), load_default=""),
        "email": fields.Email(metadata={"title": _l("E-mail"), "help": _l("To answer to.")}),
    }
    return Schema.from_dict(made)()


class EndForm(Schema):
    how = choice_field(
        _l("How"),
        {
            "rejected": _l("Rejected: it is not for us, or not wanted"),
            "cancelled": _l("Cancelled: the customer does not need it any more"),
        },
        required=True,
    )
    reason = text_field(_l("Reason"), most=500, required=True)


class MergeForm(Schema):
    number = text_field(
        _l("Number of the other ticket"),
        most=64,
        required=True,
        metadata={"help": _l("Like TI-2026-00017. All that was said moves there; undo is kept.")},
    )


class ArticleForm(Schema):
    title = text_field(
        _l("Title"), required=True, metadata={"help": _l("The question it answers.")}
    )
    body = text_field(
        _l("Text"),
        most=100_000,
        required=True,
        metadata={
            "multiline": True,
            "help": _l("An empty line begins a paragraph; lines with “- ” are a list."),
        },
    )
