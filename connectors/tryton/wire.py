"""Tryton's JSON: typed values both ways, and its errors sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from core.sync.errors import AuthFailed, Conflict, Rejected, SyncError

_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond")


def encoded(value: object) -> object:
    """What Tryton needs to see; a plain ``float`` stays one, for quantities are."""
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": format(value, "f")}
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        parts = {name: getattr(moment, name) for name in (*_DATE, *_TIME)}
        return {"__class__": "datetime", **parts}
    if isinstance(value, date):
        return {"__class__": "date", **{name: getattr(value, name) for name in _DATE}}
    if isinstance(value, Mapping):
        return {key: encoded(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [encoded(inner) for inner in value]
    return value


def decoded(value: Any) -> Any:
    """Decimals, dates and aware datetimes: Tryton's are naive, and UTC."""
    if isinstance(value, list):
        return [decoded(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if kind == "Decimal":
        return Decimal(value["decimal"])
    if kind == "date":
        return date(*(value[name] for name in _DATE))
    if kind == "datetime":
        day = date(*(value[name] for name in _DATE))
        return datetime.combine(day, time(*(value[name] for name in _TIME)), UTC)
    return {key: decoded(inner) for key, inner in value.items()}


def error_of(error: Sequence[Any]) -> SyncError:
    """Tryton rolled the call back, whatever it says.

    The first element is a class name for the errors it raises on purpose, and the bare message
    of an exception (a KeyError's "'nope'") for all others.
    """
    kind, details = error[0], error[1] if len(error) > 1 else ""
    if kind == "UserError":
        return Rejected(_words(details))
    if kind == "UserWarning":
        # The first detail is the warning's key; a person over there would have to confirm it.
        return Rejected(f"Tryton asks for a confirmation: {_words(details[1:])}")
    if kind == "ConcurrencyException":
        return Conflict(str(details))
    if kind == "LoginException":
        return AuthFailed("Tryton asks for more than a password")
    return Rejected(f"Tryton does not know this request: {kind}")


def _words(details: Sequence[Any] | str) -> str:
    if isinstance(details, str):
        return details
    return " ".join(str(part).strip() for part in details[:2] if part)
