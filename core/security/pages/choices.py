"""Check boxes for any number of choices, as fields of a form's schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields


@dataclass(frozen=True)
class Choices:
    """``options``: value to label. Each is a check box; its name is the place in the list."""

    prefix: str
    options: Mapping[str, str]

    def fields(self) -> dict[str, fields.Field[Any]]:
        return {
            name: fields.Boolean(load_default=False, metadata={"title": self.options[value]})
            for name, value in self._named()
        }

    def stored(self, chosen: Iterable[str]) -> dict[str, bool]:
        taken = set(chosen)
        return {name: value in taken for name, value in self._named()}

    def chosen(self, data: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(value for name, value in self._named() if data.get(name))

    def _named(self) -> list[tuple[str, str]]:
        # The value itself may be anything; its place would change while the form is open.
        return [(f"{self.prefix}:{value}", value) for value in self.options]


def schema(parts: Mapping[str, fields.Field[Any]], *choices: Choices) -> Schema:
    merged = dict(parts)
    for group in choices:
        merged |= group.fields()
    return Schema.from_dict(merged, name="Asked")()
