"""The OpenAPI side of ``lists``, ``reads`` and ``writes``: what views are documented by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from core.api.idempotency import HEADER
from core.api.listing import DEFAULT_LIMIT, LARGEST_LIMIT, Listing

#: Name of the response in the document's components.
PROBLEM = "PROBLEM"

View = Callable[..., Any]
Docs = dict[str, Any]


def described(view: View, docs: Docs) -> View:
    """flask-smorest reads the attribute when the view's route is made."""
    view._apidoc = docs  # type: ignore[attr-defined]  # noqa: SLF001 - flask-smorest's own protocol
    return view


def answers(schema: Schema, status: int = 200) -> Callable[[View], View]:
    """For a view that makes its response itself."""
    return lambda view: described(view, shown(schema, status))


def answers_file(media_type: str) -> Callable[[View], View]:
    """For a view that answers with a file of this kind."""
    file: Docs = {"description": "The file", "content_type": media_type}
    file["schema"] = {"type": "string", "format": "binary"}
    docs: Docs = {"response": {"responses": {200: [file]}}, "success_status_codes": [200]}
    return lambda view: described(view, docs)


def listed(listing: Listing, schema: Schema) -> Docs:
    docs = shown(envelope(type(schema))(), 200)
    docs["manual_doc"] = {"parameters": [*_paging(listing), *_filters(listing)]}
    return docs


@cache
def envelope(item: type[Schema]) -> type[Schema]:
    """One per schema, however many lists show it."""
    named: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    made = Schema.from_dict(named, name=f"{item.__name__.removesuffix('Schema')}Page")
    made.__module__ = item.__module__
    return made


def _paging(listing: Listing) -> list[Docs]:
    sorts = [sign + name for name in listing.sorts for sign in ("", "-")]
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT}
    found = [
        _parameter("limit", limit, "How many items at most."),
        _parameter("after", {"type": "string"}, "The next of the page before."),
        _parameter("sort", {"type": "string", "enum": sorts, "default": listing.default}, ""),
    ]
    if listing.search:
        found.append(_parameter("q", {"type": "string"}, "What to search for."))
    return found


def _filters(listing: Listing) -> list[Docs]:
    return [
        _parameter(name, {"type": "string"}, _meaning(by)) for name, by in listing.filters.items()
    ]


def _meaning(by: object) -> str:
    exact = isinstance(by, ColumnElement | InstrumentedAttribute)
    return "Only items with this value." if exact else ""


def shown(schema: Schema | None, status: int) -> Docs:
    success: Docs = {"description": "Done", "content_type": None}
    if schema is not None:
        success |= {"schema": schema}
    return {
        "response": {"responses": {status: [success]}},
        "success_status_codes": [status],
    }


def written(schema: Schema | None, takes: Schema | None, status: int) -> Docs:
    docs = shown(schema, status)
    if takes is not None:
        docs["arguments"] = {"parameters": [{"in": "json", "required": True, "schema": takes}]}
    return docs


def _parameter(name: str, schema: Mapping[str, Any], description: str) -> Docs:
    found: Docs = {"name": name, "in": "query", "schema": dict(schema)}
    return found | ({"description": description} if description else {})


IDEMPOTENCY: Docs = {
    "name": HEADER,
    "in": "header",
    "schema": {"type": "string", "maxLength": 255},
    "description": "A request repeated with its key within 24 hours gets the first one's answer.",
}
IF_MATCH: Docs = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The ETag of the record as it was read; 412 when somebody saved it since.",
}
