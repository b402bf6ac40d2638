"""The fields every module's schemas are made of: what JSON carries and what it may not.

Decimals are strings both ways, since a JSON number is a binary float in most callers' hands; times
are aware and leave as UTC ending in ``Z``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import fields, validate
from typing_extensions import override

from core.db.types import Amount, Exact, Precise

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_CURRENCY = re.compile(r"[A-Z]{3}")

Messages = dict[str, str | list[Any] | dict[Any, Any]]

_DECIMAL_MESSAGES: Messages = {
    "kind": 'Write the decimal as a string, like "12.50".',
    "form": 'Not a decimal number like "12.50".',
    "places": "At most {places} digits behind the point.",
    "range": "The number is out of range.",
    "least": "Must be at least {least}.",
    "above": "Must be above {above}.",
}
_MOMENT_MESSAGES: Messages = {
    "form": "Not a time like 2026-11-22T10:30:00Z.",
    "zone": "The time lacks its zone: end it with Z for UTC.",
}
_ID_MESSAGES: Messages = {"invalid_uuid": "Not an id."}


class DecimalString(fields.Field[Decimal]):
    """An exact decimal with at most ``places`` digits behind the point, as a string.

    ``least`` and ``above`` bound it: ``above=0`` for what must be positive.
    """

    default_error_messages = _DECIMAL_MESSAGES

    def __init__(
        self,
        places: int,
        *,
        least: Decimal | int | None = None,
        above: Decimal | int | None = None,
        **rest: Any,
    ) -> None:
        rest["metadata"] = {"examples": ["12.50"], **rest.get("metadata", {})}
        super().__init__(**rest)
        self.places, self.least, self.above = places, least, above

    @override
    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **rest: Any) -> Any:
        return None if value is None else plain_decimal(value)

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **rest: Any
    ) -> Decimal:
        if not isinstance(value, str):
            raise self.make_error("kind")
        if not _DECIMAL.fullmatch(value):
            raise self.make_error("form")
        return self._within(Decimal(value))

    def _within(self, number: Decimal) -> Decimal:
        if number != round(number, self.places):
            raise self.make_error("places", places=self.places)
        if abs(number) > Exact(self.places).largest:
            raise self.make_error("range")
        if self.least is not None and number < self.least:
            raise self.make_error("least", least=self.least)
        if self.above is not None and number <= self.above:
            raise self.make_error("above", above=self.above)
        return number


class MoneyAmount(DecimalString):
    """An amount on a document; which currency stands beside it."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(Amount().places, **rest)


class UnitPrice(DecimalString):
    def __init__(self, **rest: Any) -> None:
        super().__init__(Precise().places, **rest)


class Quantity(DecimalString):
    def __init__(self, **rest: Any) -> None:
        super().__init__(Precise().places, **rest)


class Moment(fields.Field[datetime]):
    """An instant: in with any zone, out in UTC."""

    default_error_messages = _MOMENT_MESSAGES

    @override
    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **rest: Any) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **rest: Any
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            in_utc = moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.make_error("form") from error
        if moment.tzinfo is None:
            raise self.make_error("zone")
        return in_utc


class Words(fields.String):
    """A text of at most ``longest`` characters; without ``least`` it may be empty."""

    def __init__(self, longest: int, *, least: int = 0, **rest: Any) -> None:
        super().__init__(validate=validate.Length(min=least or None, max=longest), **rest)


class CurrencyCode(fields.String):
    """A code of ISO 4217; whether the record takes this currency is the service's question."""

    def __init__(self, **rest: Any) -> None:
        form = validate.Regexp(
            re.compile(_CURRENCY.pattern + r"\Z"), error="Not a currency code like EUR."
        )
        super().__init__(validate=form, **rest)


class Sku(fields.String):
    def __init__(self, **rest: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=64), **rest)


class Id(fields.UUID):
    """The key of a record."""

    default_error_messages = _ID_MESSAGES


def plain_decimal(value: Decimal) -> str:
    """Without exponent and without zeros at the end: databases differ in how many they bring."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
