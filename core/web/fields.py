"""One field of a form: how a marshmallow field is asked for, and how its text is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from marshmallow import Schema, fields, missing, validate

from core.web.i18n import gettext as _


class Kind(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    URL = "url"
    SECRET = "password"  # noqa: S105 - an input's type, not a password
    NUMBER = "number"
    DATE = "date"
    CHECK = "check"
    SELECT = "select"
    AREA = "area"
    #: One entry per line; and one ``ours = theirs`` per line.
    LINES = "lines"
    PAIRS = "pairs"


_KINDS: tuple[tuple[type[fields.Field[Any]], Kind], ...] = (
    (fields.Email, Kind.EMAIL),
    (fields.Url, Kind.URL),
    (fields.Boolean, Kind.CHECK),
    (fields.Date, Kind.DATE),
    (fields.Number, Kind.NUMBER),
    (fields.Dict, Kind.PAIRS),
    (fields.List, Kind.LINES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    name: str
    title: str
    help: str
    kind: Kind
    required: bool
    nullable: bool
    default: Any
    #: Value to label, in order; of a select only.
    choices: Mapping[str, str]
    largest: int | None

    @property
    def secret(self) -> bool:
        return self.kind is Kind.SECRET

    def text(self, value: Any) -> str:
        """The value as it stands in the field; dumped and native values alike."""
        if isinstance(value, Mapping):
            return "\n".join(f"{ours} = {theirs}" for ours, theirs in value.items())
        if isinstance(value, list | tuple):
            return "\n".join(str(item) for item in value)
        return _one_line(value)

    def read(self, typed: Mapping[str, str], into: dict[str, Any]) -> None:
        """Put what the schema loads into ``into``; ValueError says what is wrong."""
        text = typed.get(self.name, "").replace("\r\n", "\n").strip()
        match self.kind:
            case Kind.CHECK:
                into[self.name] = self.name in typed
            case Kind.PAIRS:
                into[self.name] = _pairs(text)
            case Kind.LINES:
                into[self.name] = [line.strip() for line in text.splitlines() if line.strip()]
            case _ if text:
                into[self.name] = text
            case _ if self.nullable:
                into[self.name] = None
            case Kind.TEXT | Kind.AREA if not self.required:
                into[self.name] = ""
            case _:
                pass  # left out: the schema says whether that may be


def _one_line(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "true"
        case Enum():
            return str(value.value)
        case Decimal():
            return format(value.normalize() + 0, "f")
        case _:
            return str(value)


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        ours, sign, theirs = (part.strip() for part in line.partition("="))
        if not (sign and ours and theirs):
            raise ValueError(_("Write one “ours = theirs” per line; “%(line)s” is not.", line=line))
        if ours in found:
            raise ValueError(_("“%(ours)s” stands there twice.", ours=ours))
        found[ours] = theirs
    return found


def fields_of(schema: Schema) -> list[FormField]:
    """In the schema's order, without what it only dumps."""
    return [_field(name, one) for name, one in schema.load_fields.items()]


def _field(name: str, one: fields.Field[Any]) -> FormField:
    about = one.metadata
    choices = _choices(one)
    default = one.load_default() if callable(one.load_default) else one.load_default
    return FormField(
        name=name,
        title=_(str(about.get("title", name.replace("_", " ").capitalize()))),
        help=_(str(about.get("help", ""))),
        kind=_kind(one, choices),
        required=one.required,
        nullable=one.allow_none,
        default=None if default is missing else default,
        choices=choices,
        largest=next((v.max for v in one.validators if isinstance(v, validate.Length)), None),
    )


def _kind(one: fields.Field[Any], choices: Mapping[str, str]) -> Kind:
    if one.metadata.get("secret"):
        return Kind.SECRET
    if choices:
        return Kind.SELECT
    if one.metadata.get("multiline"):
        return Kind.AREA
    return next((kind for cls, kind in _KINDS if isinstance(one, cls)), Kind.TEXT)


def _choices(one: fields.Field[Any]) -> dict[str, str]:
    """Named by the field's metadata, else by its enum or its ``OneOf``."""
    named = {str(key): str(label) for key, label in one.metadata.get("choices", {}).items()}
    values: list[str] = []
    if isinstance(one, fields.Enum):
        values = [str(member.value) for member in one.enum]
    for validator in one.validators:
        if isinstance(validator, validate.OneOf):
            values = [str(value) for value in validator.choices]
    labels = named or {value: value.replace("_", " ").capitalize() for value in values}
    return {value: _(label) for value, label in labels.items()}
