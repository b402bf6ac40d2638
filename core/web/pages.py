"""The host's own pages: home, search, preferences, and the light the frame asks for again."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import Invalid
from core.requests import host, reading
from core.security.guard import SIGNED_IN, requires
from core.web.frame import SEARCH_SLOT
from core.web.i18n import gettext as _
from core.web.preferences import CHOICES, keep
from core.web.slots import panels
from core.work import UnitOfWork

blueprint = Blueprint("pages", __name__)

HOME_SLOT = "home"


@blueprint.get("/")
@requires(SIGNED_IN)
def home() -> ResponseReturnValue:
    with reading() as work:
        shown = panels(HOME_SLOT, _reader(work), work)
    return render_template("home.html", panels=shown, crumbs=[(_("Home"), "")])


@blueprint.get("/search")
@requires(SIGNED_IN)
def search() -> ResponseReturnValue:
    """Panels of the slot ``search`` read the text from ``request.args["q"]``."""
    text = request.args.get("q", "").strip()
    with reading() as work:
        found = panels(SEARCH_SLOT, _reader(work), work) if text else ""
    crumbs = [(_("Search"), "")]
    return render_template("search.html", panels=found, finder_text=text, crumbs=crumbs)


@blueprint.get("/light")
@requires(SIGNED_IN)
def light() -> ResponseReturnValue:
    return render_template("light.html")


@blueprint.get("/bell")
@requires(SIGNED_IN)
def bell() -> ResponseReturnValue:
    return render_template("bell.html")


@blueprint.post("/preferences")
@requires(SIGNED_IN)
def prefer() -> ResponseReturnValue:
    """Keep one choice in a cookie of this browser and go back to the page it came from."""
    response = make_response(redirect(_back(), 303))
    for name, value in request.form.items():
        if name in CHOICES and value not in CHOICES[name]:
            raise Invalid(_("There is no such choice."), fields={name: value})
        if name in CHOICES or name == "language":
            keep(response, name, value[:16], secure=host().settings.secure_cookies)
    return response


def _back() -> str:
    """The path we were asked from, and never another site's."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or not came.path.startswith("/") or came.path.startswith("//"):
        return url_for("pages.home")
    return f"{came.path}?{came.query}" if came.query else came.path


def _reader(work: UnitOfWork) -> UUID:
    """Panels of pages that are about no record get the reader's own id."""
    return work.actor.id or UUID(int=0)
