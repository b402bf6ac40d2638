"""Frozen values (events, documents) to plain JSON and back, exactly: no float, no naive time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import orjson
from cattrs import Converter

T = TypeVar("T")


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=False)
    for plain in (UUID, Decimal):
        converter.register_unstructure_hook(plain, str)
        converter.register_structure_hook(plain, lambda value, kind: kind(value))
    converter.register_unstructure_hook(datetime, _instant)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    # A field of ``extra``: cattrs can not tell which of several scalars a JSON scalar was.
    converter.register_structure_hook(str | int | bool | None, lambda value, _: value)
    return converter


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment.astimezone(UTC).isoformat()


_CONVERTER = _converter()


def to_plain(value: object) -> Any:
    """Dicts, lists and strings that JSON can carry; decimals and times become strings."""
    return _CONVERTER.unstructure(value)


def from_plain(plain: object, kind: type[T]) -> T:
    return _CONVERTER.structure(plain, kind)


def canonical(value: object) -> bytes:
    """JSON with sorted keys: equal values give equal bytes, whatever order they were built in."""
    return orjson.dumps(to_plain(value), option=orjson.OPT_SORT_KEYS)
