"""The API's documentation: the OpenAPI document, a page to read it, and what each problem means."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template
from werkzeug.exceptions import NotFound

from core.api.catalogue import PROBLEMS
from core.api.openapi import PREFIX, document
from core.requests import reading
from core.security.guard import PUBLIC, SIGNED_IN, requires
from core.web.i18n import gettext as _

blueprint = Blueprint("api_reference", __name__, template_folder="templates")


@blueprint.get(f"{PREFIX}/openapi.json")
@requires(SIGNED_IN)
def openapi() -> Response:
    with reading() as work:
        return Response(document(work.enabled), content_type="application/json")


@blueprint.get("/api/docs")
@requires(SIGNED_IN)
def docs() -> str:
    return render_template("api/docs.html")


@blueprint.get("/problems/<code>")
@requires(PUBLIC)
def problem(code: str) -> Response:
    """Where the ``type`` of a problem leads."""
    if code not in PROBLEMS:
        raise NotFound
    kind = PROBLEMS[code]
    text = f"{_(kind.title)} ({kind.status})\n\n{_(kind.meaning)}\n"
    return Response(text, content_type="text/plain; charset=utf-8")


def init(app: Flask) -> None:
    app.extensions["tandem.openapi"] = {}
    app.register_blueprint(blueprint)
