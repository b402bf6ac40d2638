"""Tandem, and beside it in the same worker the rawest endpoint that answers the same list.

``/raw/parties`` is a bare Flask application: no caller, no permission, no metrics, no headers; the
driver's cursor and orjson. What Tandem takes more is the price of its layers.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from core.config import load_settings
from wsgi import application as tandem

_COLUMNS = (
    *("id", "kind", "name", "number", "tax_id", "language", "owner_id", "owner", "active"),
    *("source", "observed_at", "created_at", "updated_at", "version"),
    *("roles", "email", "phone", "city", "country"),
)
_POINT = """(SELECT value FROM contacts_contact_point c WHERE c.party_id = p.id AND c.kind IN ({})
    ORDER BY c.preferred DESC, c.id LIMIT 1)"""
_PLACE = """(SELECT {} FROM contacts_address a WHERE a.party_id = p.id AND a.active
    ORDER BY a.billing DESC, a.id LIMIT 1)"""
#: The list's own columns, written by hand.
_SELECT = f"""SELECT p.id, p.kind, p.name, p.number, p.tax_id, p.language, p.owner_id,
    (SELECT name FROM core_user u WHERE u.id = p.owner_id), p.active,
    p.source, p.observed_at, p.created_at, p.updated_at, p.version,
    (SELECT {{together}}(role, ' ') FROM contacts_party_role r WHERE r.party_id = p.id),
    {_POINT.format("'email'")}, {_POINT.format("'phone', 'mobile'")},
    {_PLACE.format("city")}, {_PLACE.format("country")}
    FROM contacts_party p {{where}} ORDER BY p.name, p.id LIMIT 81"""  # noqa: S608 - our own words
_AFTER = "WHERE (p.name, p.id) > ({mark}, {mark})"

raw = Flask("raw")
_settings = load_settings()
_mine = threading.local()


@raw.get("/parties")
def parties() -> Response:
    place = (request.args["name"], request.args["id"]) if request.args else ()
    rows = _connection().execute(_STATEMENTS[bool(place)], place).fetchall()
    items = [dict(zip(_COLUMNS, row, strict=True)) for row in rows[:80]]
    following = [items[-1]["name"], items[-1]["id"]] if len(rows) > 80 else None
    return Response(
        orjson.dumps({"items": items, "next": following}), content_type="application/json"
    )


def _connection() -> Any:
    """One per thread, kept open and in autocommit, as drivers are quickest."""
    if not hasattr(_mine, "connection"):
        if _is_sqlite():
            path = _settings.url.removeprefix("sqlite:///")
            _mine.connection = sqlite3.connect(path, isolation_level=None)
        else:
            import psycopg  # noqa: PLC0415 - on SQLite Tandem does without, and memory is measured

            _mine.connection = psycopg.connect(_settings.url, autocommit=True)
    return _mine.connection


def _is_sqlite() -> bool:
    return _settings.url.startswith("sqlite")


def _statement(*, goes_on: bool) -> str:
    together, mark = ("group_concat", "?") if _is_sqlite() else ("string_agg", "%s")
    where = _AFTER.format(mark=mark) if goes_on else ""
    return _SELECT.format(together=together, where=where)


_STATEMENTS = {goes_on: _statement(goes_on=goes_on) for goes_on in (False, True)}

application = DispatcherMiddleware(tandem, {"/raw": raw})
