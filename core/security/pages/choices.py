"""Check boxes for any number of choices, as fields of a form's schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields


@dataclass(frozen=True)
class Choices:
    """``options``: value to label. Each is a check box."""

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
        # By value and not by place, which may change while the form is open. A dot would mean
        # nesting to marshmallow.
        named = {value: value.replace("%", "%25").replace(".", "%2E") for value in self.options}
        return [(f"{self.prefix}:{name}", value) for value, name in named.items()]


def schema(parts: Mapping[str, fields.Field[Any]], *choices: Choices) -> Schema:
    merged = dict(parts)
    for group in choices:
        merged |= group.fields()
    return Schema.from_dict(merged, name="Asked")()
