"""Values as callers write them in a query, read by the type of the column they are meant for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy.types import TypeDecorator, TypeEngine

from core.db.types import Choice, Exact
from core.web.i18n import gettext as _

#: PostgreSQL's integers; a larger one is in no row.
_LARGEST_INTEGER = 2**63 - 1


def parse(text: str, kind: TypeEngine[Any]) -> Any:
    """The value of the column's type; ValueError says in words what was expected."""
    if isinstance(kind, Exact):
        return _exact(text, kind)
    if isinstance(kind, Choice):
        return _choice(text, kind.kind)
    wanted = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    if issubclass(wanted, Enum):
        return _choice(text, wanted)
    return _READERS[wanted](text)


def _text(text: str) -> str:
    if "\0" in text:  # no text of PostgreSQL's can hold one
        raise ValueError(_("Not a text."))
    return text


def _integer(text: str) -> int:
    # int() takes "1_000" and the digits of every script.
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError(_("Not a whole number."))
    if abs(number := int(text[:20])) > _LARGEST_INTEGER:
        raise ValueError(_("The number is too large."))
    return number


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(_("Must be true or false."))
    return text == "true"


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(_("Not a decimal number."))
    return number


def _exact(text: str, kind: Exact) -> Decimal:
    number = _decimal(text)
    if abs(number) > kind.largest:
        raise ValueError(_("The number is out of range."))
    if number != round(number, kind.places):
        raise ValueError(_("The number has more than %(n)s places.", n=kind.places))
    return number


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError(_("Not an id.")) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("Not a date like 2026-11-22.")) from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("Not a time like 2026-11-22T10:30:00Z.")) from error
    if moment.tzinfo is None:
        raise ValueError(_("The time lacks its zone: end it with Z for UTC."))
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(_("The time is out of range.")) from error


def _choice(text: str, wanted: type[Enum]) -> Enum:
    try:
        return wanted(text)
    except ValueError as error:
        choices = ", ".join(str(member.value) for member in wanted)
        raise ValueError(_("Choose one of %(choices)s.", choices=choices)) from error


_READERS: Mapping[type, Callable[[str], Any]] = {
    str: _text,
    int: _integer,
    bool: _truth,
    Decimal: _decimal,
    UUID: _uuid,
    date: _day,
    datetime: _moment,
}
