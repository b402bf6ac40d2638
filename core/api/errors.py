"""Who answers an error: problem JSON for programs, a page for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core.api.body import swallow
from core.api.problems import problem_of
from core.errors import CrmError
from core.web.errors import on_crm_error, on_http_error, on_mistake

E = TypeVar("E", bound=Exception)

#: Everything below answers programs.
API = "/api/"


def init(app: Flask) -> None:
    """After ``core.web``, whose handlers know of people only."""
    app.register_error_handler(CrmError, _either(on_crm_error))
    app.register_error_handler(HTTPException, _either(on_http_error))
    app.register_error_handler(ValidationError, _either(_unforeseen))
    app.register_error_handler(500, _either(on_mistake))


def _either(page: Callable[[E], ResponseReturnValue]) -> Callable[[E], ResponseReturnValue]:
    def answer(error: E) -> ResponseReturnValue:
        if isinstance(error, RequestEntityTooLarge):
            swallow(request)
        if not request.path.startswith(API):
            return page(error)
        if isinstance(error, HTTPException) and error.response is not None:
            return error.response
        return problem_of(error).response()

    return answer


def _unforeseen(error: ValidationError) -> ResponseReturnValue:
    # A page's form says beside the field what is wrong; one that did not is our mistake.
    raise error
