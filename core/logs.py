"""Log lines: JSON for machines, colours for a terminal; each bears the id of its request or job."""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO, cast

import structlog
from flask import Flask, Response, g, request

from core.config import Settings
from core.ids import new_id
from core.masking import guard

_HEADER = "X-Request-Id"
#: What a proxy in front may have named the request.
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def configure(settings: Settings) -> None:
    """Once per process, before the first line. From then on its terminal shows no secret."""
    guard()
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    for_people = sys.stderr.isatty()
    shape: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer()
    )
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not for_people:
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, shape],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Terminal())),
        # A command configures anew after a logger was used; a cached one would keep the old level.
        cache_logger_on_first_use=False,
    )


class _Terminal:
    """Standard error as it is when a line is written: loggers live longer than a redirection."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def init(app: Flask) -> None:
    app.before_request(_name_request)
    app.after_request(_tell_name)


def request_id() -> str:
    if "request_id" not in g:
        given = request.headers.get(_HEADER, "")
        g.request_id = given if _GIVEN.fullmatch(given) else new_id().hex
    found: str = g.request_id
    return found


def _name_request() -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _tell_name(response: Response) -> Response:
    response.headers[_HEADER] = request_id()
    return response
