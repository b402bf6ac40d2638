"""The JSON a caller sent, or a refusal that says what is wrong with it.

Stricter than most readers: a name given twice, NaN, half a character or a tower of brackets is a
mistake or an attack, and never what somebody meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from core.errors import Invalid

LARGEST_BODY = 1_000_000
_DEEPEST = 32
_TOO_DEEP = f"The JSON is nested more than {_DEEPEST} levels deep."
_HALF = re.compile("[\ud800-\udfff]")


def read_json(request: Request) -> Any:
    """Raise BadRequest, UnsupportedMediaType, RequestEntityTooLarge or Invalid."""
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8, from byte {error.start}.") from error
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_constant)
    except RecursionError as error:
        raise BadRequest(_TOO_DEEP) from error
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}.") from error
    _check(value)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return members


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _check(value: Any) -> None:
    level = [("", value)]
    problems: dict[str, str] = {}
    for _ in range(_DEEPEST):
        problems.update((path, reason) for path, item in level if (reason := _unstorable(item)))
        level = [child for path, item in level for child in _children(path, item)]
    if level:
        raise BadRequest(_TOO_DEEP)
    if problems:
        raise Invalid("The body holds what no text may.", fields=problems)


def _children(path: str, item: Any) -> Iterator[tuple[str, Any]]:
    prefix = f"{path}." if path else ""
    if isinstance(item, dict):
        yield from ((f"{prefix}{name}", child) for name, child in item.items())
    elif isinstance(item, list):
        yield from ((f"{prefix}{index}", child) for index, child in enumerate(item))


def _unstorable(item: Any) -> str | None:
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    if not isinstance(item, str):
        return None
    if "\0" in item:
        return "Contains the character NUL."
    if not item.isascii() and _HALF.search(item):
        return "Contains half of a surrogate pair."
    return None
