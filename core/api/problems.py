"""Every error under ``/api`` as problem JSON (RFC 9457): one shape, whatever went wrong.

``type`` is ``/problems/<code>``, where the code is explained; ``errors`` names the inputs at fault
as the caller wrote them: ``lines.0.quantity``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from core.api.body import LARGEST_BODY
from core.api.catalogue import DEFAULT, OF_STATUS, PROBLEMS
from core.api.serializer import to_json
from core.errors import CrmError
from core.logs import request_id
from core.web.i18n import gettext as _

PROBLEM_JSON = "application/problem+json"


class FieldProblem(Schema):
    field = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblem))
    request_id = fields.String()


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    status: int
    detail: str
    #: Path of the input to what is wrong with it.
    errors: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return _(PROBLEMS.get(self.code, OF_STATUS.get(self.status, DEFAULT)).title)

    def response(self) -> Response:
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": name, "message": self.errors[name]} for name in self.errors]
        body["request_id"] = request_id()
        return Response(to_json(body), self.status, self.headers, content_type=PROBLEM_JSON)


def problem_of(error: Exception) -> Problem:
    match error:
        case CrmError():
            return Problem(error.code, error.http_status, str(error), error.fields, _wait(error))
        case ValidationError():
            detail = _("The body is not what this address takes.")
            return Problem("crm.invalid", 422, detail, dict(_paths(error.messages)))
        case HTTPException() if error.code != 500:
            return _of_http(error)
        case _:
            return Problem(DEFAULT.code, 500, _("The error was written down; nothing was changed."))


def _wait(error: CrmError) -> dict[str, str]:
    seconds = getattr(error, "retry_after_s", None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _paths(messages: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Marshmallow's tree of messages as paths; ``_schema`` is the object itself."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            own = prefix if name == "_schema" else f"{prefix}.{name}".removeprefix(".")
            yield from _paths(inner, own)
    elif isinstance(messages, list):
        yield prefix, " ".join(str(message) for message in messages)
    else:
        yield prefix, str(messages)


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    kind = OF_STATUS.get(status, DEFAULT)
    detail = str(error.description or error.name)
    headers: dict[str, str] = {}
    if isinstance(error, RequestEntityTooLarge):
        detail = _("The body is larger than %(limit)s bytes.", limit=LARGEST_BODY)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return Problem(kind.code, status, detail, headers=headers)
