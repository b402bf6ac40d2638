"""Cursors: the place of a page's last row, opaque to callers, good for one list, sort and filter.

A cursor is no secret and gives no right: whoever forges one is where a legal one could have led.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.types import TypeEngine

from core.api.parsing import parse
from core.errors import Invalid
from core.web.i18n import gettext as _

#: The list, its sort, its filters and what is searched for.
Scope = tuple[str, str, Mapping[str, str], str]


def write_cursor(scope: Scope, values: tuple[Any, Any]) -> str:
    body = orjson.dumps([_digest(scope), *map(_plain, values)])
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def read_cursor(
    cursor: str, scope: Scope, kinds: tuple[TypeEngine[Any], TypeEngine[Any]]
) -> tuple[Any, Any]:
    """Raise Invalid naming ``after`` for a cursor that is damaged or of another list."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        digest, value, key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if digest == _digest(scope):
            return (None if value is None else _parsed(value, kinds[0])), _parsed(key, kinds[1])
    except (ValueError, TypeError, AttributeError) as error:
        raise _invalid(_("Not a cursor: take it from the page before.")) from error
    raise _invalid(_("A cursor of another list, sort or filter."))


def _parsed(value: Any, kind: TypeEngine[Any]) -> Any:
    if not isinstance(value, str):
        raise TypeError("Not as we wrote it.")
    return parse(value, kind)


def _invalid(reason: str) -> Invalid:
    return Invalid(_("The list does not go on from there."), fields={"after": reason})


def _digest(scope: Scope) -> str:
    return blake2b(orjson.dumps(scope, option=orjson.OPT_SORT_KEYS), digest_size=9).hexdigest()


def _plain(value: Any) -> str | None:
    """As ``parse`` reads it."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case str() | int() | Decimal() | UUID():
            return str(value)
        case _:
            raise TypeError(f"A list can not be sorted by {type(value).__name__}.")
