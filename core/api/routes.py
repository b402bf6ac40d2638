"""What an API view is: ``lists``, ``reads`` and ``writes`` do the wire's part, the view the rest.

    @blueprint.get("/parties")
    @requires("contacts.read")
    @lists(PARTIES, PartySchema)
    def parties(work: UnitOfWork, query: ListQuery) -> Page:
        \"\"\"Customers, suppliers and everybody else one deals with.\"\"\"
        return page(work, PARTIES, query)

    @blueprint.get("/parties/<uuid:party_id>")
    @requires("contacts.read")
    @reads(PartySchema)
    def party(work: UnitOfWork, party_id: UUID) -> Party:
        return fetch(work, Party, party_id)

    @blueprint.post("/parties")
    @requires("contacts.write")
    @writes(PartySchema, takes=NewPartySchema, status=201)
    def add_party(work: UnitOfWork, body: dict[str, Any]) -> Party:
        return services.add_party(work, **body)

Each opens the one unit of work of its request; ``writes`` commits it, so a view that raises
changes nothing. A repeated POST with the same ``Idempotency-Key`` gets the first one's answer.
The docstring's first line is the operation's summary, the rest its description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import RAISE, Schema
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from core.api import describe
from core.api.body import read_json
from core.api.idempotency import Answer, once
from core.api.listing import DEFAULT_LIMIT, Listing, ListQuery, Page
from core.api.serializer import RowSerializer, to_json
from core.api.versions import etag_of
from core.errors import Invalid
from core.requests import reading, writing
from core.web.i18n import gettext as _

View = Callable[..., Any]

_OWN = ("limit", "after", "sort", "q")


def lists(listing: Listing, shows: type[Schema]) -> Callable[[View], View]:
    """``view(work, query, **path) -> Page``; its rows leave as ``{"items": [...], "next": ...}``.

    Rows of the listing's own statement are written straight from the database's answer; a page of
    anything else (records, mappings) is dumped by the schema.
    """
    schema = shows()
    serialize = RowSerializer.compile(schema, listing.statement.selected_columns.keys())

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**path: Any) -> Response:
            query = read_query(listing, request.args)
            with reading() as work:
                found: Page = view(work, query, **path)
                plain = found.rows and isinstance(found.rows[0], Row)
                dump = serialize if plain else schema.dump
                items = [dump(row) for row in found.rows]
            return json_answer({"items": items, "next": found.next})

        answer.listing = listing  # type: ignore[attr-defined]  # for who reads the list elsewhere
        return describe.described(answer, describe.listed(listing, schema))

    return decorate


def reads(shows: type[Schema]) -> Callable[[View], View]:
    """``view(work, **path) -> record``. A record with a version leaves with its ETag."""
    schema = shows()

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**path: Any) -> Response:
            with reading() as work:
                record = view(work, **path)
                response = json_answer(schema.dump(record))
            if etag := etag_of(record):
                response.headers["ETag"] = etag
                response.make_conditional(request)
            return response

        return describe.described(answer, describe.shown(schema, 200))

    return decorate


def writes(
    shows: type[Schema] | None, *, takes: type[Schema] | None = None, status: int = 200
) -> Callable[[View], View]:
    """``view(work, body, **path) -> record``; without ``takes``, ``view(work, **path)``.

    The body is loaded by ``takes``: a name it does not know is refused. Without ``shows`` the
    answer has no body and its status is 204.
    """
    schema = shows() if shows else None
    body_schema = takes(unknown=RAISE) if takes else None
    success = status if schema else HTTPStatus.NO_CONTENT

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**path: Any) -> Response:
            sent, body = _body(body_schema)
            with writing() as work:
                written = once(
                    work, sent, lambda: _written(work.session, view(work, *body, **path))
                )
            return written.response()

        def _written(session: Any, record: Any) -> Answer:
            session.flush()  # the database's defaults and the new version are part of the answer
            text = to_json(schema.dump(record)) if schema else b""
            return Answer(int(success), text.decode(), etag_of(record))

        return describe.described(answer, describe.written(schema, body_schema, int(success)))

    return decorate


def _body(schema: Schema | None) -> tuple[Any, tuple[Any, ...]]:
    """What was sent, and what the view gets of it."""
    if schema is None:
        return None, ()
    sent = read_json(request)
    return sent, (schema.load(sent),)


def read_query(listing: Listing, args: MultiDict[str, str]) -> ListQuery:
    """The list's part of an address. Raise Invalid naming each parameter that is none."""
    problems: dict[str, str] = {}
    for name, values in args.lists():
        if name not in _OWN and name not in listing.filters:
            problems[name] = _("This list has no such parameter.")
        elif len(values) > 1:
            problems[name] = _("Given more than once.")
        elif "\0" in values[0]:
            problems[name] = _("Contains the character NUL.")
    limit = args.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 10):
        problems["limit"] = _("Not a whole number.")
    if problems:
        raise Invalid(_("The list can not be read so."), fields=problems)
    filters: Mapping[str, str] = {name: args[name] for name in args if name not in _OWN}
    return ListQuery(
        limit=int(limit),
        after=args.get("after"),
        sort=args.get("sort"),
        filters=filters,
        q=args.get("q", ""),
    )


def json_answer(value: Any) -> Response:
    """For a view that makes its response itself, too."""
    return Response(to_json(value), content_type="application/json")
