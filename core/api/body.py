"""The JSON a caller sent, or a refusal that says what is wrong with it.

Stricter than most readers: a name given twice, NaN, half a character, a number of a hundred digits
or a tower of brackets is a mistake or an attack, and never what somebody meant.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from core.errors import Invalid
from core.web.i18n import gettext as _
from core.web.i18n import lazy

LARGEST_BODY = 1_000_000
#: Of a body that is refused unread, what is taken in nevertheless; see ``swallow``.
_SWALLOWED = 16 * LARGEST_BODY
_PIECE = 65_536
_DEEPEST = 32
_TOO_DEEP = lazy("The JSON is nested more than %(n)s levels deep.")
_HALF = re.compile("[\ud800-\udfff]")
#: No column holds a larger one, and no writer of JSON we use writes it.
_LARGEST_INTEGER = 2**63 - 1


def read_json(request: Request) -> Any:
    """Raise BadRequest, UnsupportedMediaType, RequestEntityTooLarge or Invalid."""
    if not request.is_json:
        raise UnsupportedMediaType(_("Send JSON, with Content-Type: application/json."))
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(_("The body is not UTF-8, from byte %(n)s.", n=error.start)) from error
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_constant)
    except RecursionError as error:
        raise BadRequest(_(_TOO_DEEP, n=_DEEPEST)) from error
    except ValueError as error:
        raise BadRequest(_("The body is not JSON: %(reason)s.", reason=error)) from error
    _check(value)
    return value


def swallow(request: Request) -> None:
    """Take in a refused body, so that the caller's next request on this connection is answered.

    A server that finds too much unread closes the connection without announcing it.
    """
    left = _SWALLOWED
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, _PIECE))):
        left -= len(piece)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if halved := next((name for name in members if _HALF.search(name)), None):
        raise ValueError(f"the name {halved!r} holds half of a surrogate pair")
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
    for _level in range(_DEEPEST):
        problems.update((path, reason) for path, item in level if (reason := _unstorable(item)))
        level = [child for path, item in level for child in _children(path, item)]
    if level:
        raise BadRequest(_(_TOO_DEEP, n=_DEEPEST))
    if problems:
        raise Invalid(_("The body holds what can not be stored."), fields=problems)


def _children(path: str, item: Any) -> Iterator[tuple[str, Any]]:
    prefix = f"{path}." if path else ""
    if isinstance(item, dict):
        yield from ((f"{prefix}{name}", child) for name, child in item.items())
    elif isinstance(item, list):
        yield from ((f"{prefix}{index}", child) for index, child in enumerate(item))


def _unstorable(item: Any) -> str | None:
    """PostgreSQL stores neither NUL nor half of a surrogate pair, nor a number without end."""
    if isinstance(item, int | float):
        fits = math.isfinite(item) and abs(item) <= _LARGEST_INTEGER
        return None if fits else "The number is too large."
    if not isinstance(item, str):
        return None
    if "\0" in item:
        return _("Contains the character NUL.")
    if not item.isascii() and _HALF.search(item):
        return _("Contains half of a surrogate pair.")
    return None
