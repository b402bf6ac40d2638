"""The editor of a segment: groups of conditions as a form sends them, and as a tree.

A tree of this form is edited on the page: all or any of some groups, each all, any or none of its
conditions. Deeper ones, which programs may write, are shown and not edited there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

_TRAIT = re.compile(r"c-(\d+)-(\d+)-trait")
_KINDS = ("all", "any", "none")


class Posted(Protocol):
    def get(self, key: str, default: str) -> str: ...
    def getlist(self, key: str) -> list[str]: ...
    def keys(self) -> Any: ...


@dataclass
class Row:
    trait: str = ""
    operator: str = ""
    values: list[str] = field(default_factory=list)


@dataclass
class Part:
    kind: str = "all"
    rows: list[Row] = field(default_factory=lambda: [Row()])


@dataclass
class Sheet:
    """The form as it stands."""

    name: str = ""
    note: str = ""
    kind: str = "all"
    parts: list[Part] = field(default_factory=lambda: [Part()])
    version: int | None = None
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls, posted: Posted) -> Sheet:
        found: dict[int, dict[int, Row]] = {}
        for name in posted.keys():  # noqa: SIM118 - a form's, which is no mapping of ours
            if match := _TRAIT.fullmatch(name):
                part, row = int(match[1]), int(match[2])
                found.setdefault(part, {})[row] = _row(posted, part, row)
        version = posted.get("version", "")
        return cls(
            name=posted.get("name", "").strip(),
            note=posted.get("note", "").strip(),
            kind=_kind(posted.get("kind", "all"), ("all", "any")),
            parts=[
                Part(
                    _kind(posted.get(f"g-{part}-kind", "all"), _KINDS),
                    [rows[row] for row in sorted(rows)],
                )
                for part, rows in sorted(found.items())
            ]
            or [Part()],
            version=int(version) if version.isascii() and version.isdigit() else None,
        )

    def changed(self, posted: Posted) -> bool:
        """Do what a button of the form asks: one more row or group, or one less."""
        add, drop = posted.get("add", ""), posted.get("drop", "")
        if add == "group":
            self.parts.append(Part())
        elif add.isdigit() and int(add) < len(self.parts):
            self.parts[int(add)].rows.append(Row())
        elif drop:
            self._drop(drop)
        return bool(add or drop or posted.get("refresh", ""))

    def _drop(self, which: str) -> None:
        part, _dot, row = which.partition(".")
        if not (part.isdigit() and row.isdigit()) or int(part) >= len(self.parts):
            return
        rows = self.parts[int(part)].rows
        if int(row) < len(rows):
            del rows[int(row)]
        if not rows and len(self.parts) > 1:
            del self.parts[int(part)]
        elif not rows:
            rows.append(Row())

    def tree(self) -> dict[str, Any]:
        """Rows without a trait are left out; what is left may be nothing."""
        groups = [made for part in self.parts if (made := _group(part)) is not None]
        return {self.kind: groups} if groups else {}


def sheet_of(tree: Mapping[str, Any]) -> Sheet | None:
    """The tree as it is edited; None for one of another form."""
    if len(tree) != 1:
        return None
    kind, groups = next(iter(tree.items()))
    if kind not in {"all", "any"} or not isinstance(groups, Sequence):
        return None
    if groups and all("trait" in one for one in groups):
        return Sheet(parts=[Part(kind, [_read(one) for one in groups])])
    parts = [_part(one) for one in groups]
    if not parts or None in parts:
        return None
    return Sheet(kind=kind, parts=[part for part in parts if part is not None])


def _part(tree: Mapping[str, Any]) -> Part | None:
    if "trait" in tree:
        return Part("all", [_read(tree)])
    kind, inner = next(iter(tree.items()))
    if kind == "not":
        if "any" not in inner:
            return None
        kind, inner = "none", inner["any"]
    if not isinstance(inner, Sequence) or not all("trait" in one for one in inner):
        return None
    return Part(kind, [_read(one) for one in inner])


def _read(tree: Mapping[str, Any]) -> Row:
    value = tree.get("value")
    values = list(value) if isinstance(value, list | tuple) else [value] if value else []
    return Row(str(tree["trait"]), str(tree.get("is", "")), [str(one) for one in values])


def _row(posted: Posted, part: int, row: int) -> Row:
    name = f"c-{part}-{row}"
    values = [one for one in posted.getlist(f"{name}-value") if one.strip()]
    return Row(posted.get(f"{name}-trait", ""), posted.get(f"{name}-is", ""), values)


def _group(part: Part) -> dict[str, Any] | None:
    rows = [_condition(row) for row in part.rows if row.trait]
    if not rows:
        return None
    return {"not": {"any": rows}} if part.kind == "none" else {part.kind: rows}


def _condition(row: Row) -> dict[str, Any]:
    value: Any = row.values if row.operator in {"one_of", "none_of"} else "".join(row.values[:1])
    return {"trait": row.trait, "is": row.operator, "value": value}


def _kind(text: str, known: Sequence[str]) -> str:
    return text if text in known else known[0]
