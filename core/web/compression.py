"""Pages and style sheets leave compressed where the browser takes it: 620 KB of CSS become 80.

JSON does not: programs ask on fast networks, and the processor's time is the list's own budget.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from functools import lru_cache

from flask import Flask, Response, request

_KINDS = {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}
#: Below this a compressed answer is hardly shorter.
_WORTH_BYTES = 1024


def compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.status_code in {206, 304}:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    if request.endpoint == "static":
        return _file(response)
    body = response.get_data()
    return response if len(body) < _WORTH_BYTES else _with(response, gzip.compress(body, 5))


def _file(response: Response) -> Response:
    """A static file, compressed once per process and content."""
    response.direct_passthrough = False
    if request.method != "GET":
        return response
    body = response.get_data()
    squeezed = _squeezed(_Static(request.path, response.get_etag()[0] or "", body))
    # Weak: the same file, in other bytes.
    response.set_etag(response.get_etag()[0] or "", weak=True)
    return _with(response, squeezed)


@dataclass(frozen=True, slots=True)
class _Static:
    """Known by its path and tag, so that the cache need not look at half a megabyte."""

    path: str
    etag: str
    body: bytes = field(compare=False)


@lru_cache(maxsize=64)
def _squeezed(file: _Static) -> bytes:
    return gzip.compress(file.body, 9)


def _with(response: Response, body: bytes) -> Response:
    response.set_data(body)
    response.headers["Content-Encoding"] = "gzip"
    return response


def init(app: Flask) -> None:
    app.after_request(compress)
