"""Addresses of static files that change with their content, so that browsers keep them for good."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import Flask, Response, request, url_for

_FOLDER = Path(__file__).parent / "static"
_VENDOR = "vendor/"


def asset(path: str) -> str:
    """Vendored files carry their version in the path; ours carry their content's."""
    if path.startswith(_VENDOR):
        return url_for("static", filename=path)
    return url_for("static", filename=path, v=_digest(path))


@cache
def _digest(path: str) -> str:
    return blake2b((_FOLDER / path).read_bytes(), digest_size=6).hexdigest()


def keep_for_good(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in {200, 304}:
        named = "v" in request.args or f"/{_VENDOR}" in request.path
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if named else "no-cache"
        )
    return response


def init(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
    app.after_request(keep_for_good)
