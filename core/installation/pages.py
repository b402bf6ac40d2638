"""The page on which people say what a held database, or an ERP that was put back, is."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.errors import RuleBroken
from core.host import Host
from core.installation import deciding
from core.installation.jobs import TAKE_STOCK
from core.installation.recognise import recognise
from core.installation.standing import standing
from core.jobs.queue import enqueue
from core.requests import host, reading, writing
from core.security.guard import requires
from core.sync.models import Connection
from core.web.i18n import gettext as _
from core.work import UnitOfWork

blueprint = Blueprint("installation_pages", __name__, url_prefix="/installation")
PERMISSION = "core.connections"


@blueprint.get("/")
@requires("core.sync")
def index() -> ResponseReturnValue:
    with reading() as work:
        shown = standing(work)
    crumbs = [(_("This installation"), "")]
    return render_template("installation/standing.html", standing=shown, crumbs=crumbs)


@blueprint.post("/after-restore")
@requires(PERMISSION)
def after_restore() -> ResponseReturnValue:
    said = _("The sync works again. What has not arrived is looked for before it is sent.")
    return _decide(deciding.after_restore, said)


@blueprint.post("/as-clone")
@requires(PERMISSION)
def as_clone() -> ResponseReturnValue:
    return _decide(deciding.as_clone, _("This is a copy now: it reads, and sends nothing."))


@blueprint.post("/allow-push")
@requires(PERMISSION)
def allow_push() -> ResponseReturnValue:
    with writing() as work:
        deciding.allow_push(work)
    flash(_("This installation sends to its ERPs from now on."), "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/erp/<uuid:key>")
@requires(PERMISSION)
def take_stock(key: UUID) -> ResponseReturnValue:
    """A worker asks the ERP: that may take a while."""
    with writing() as work:
        connection = fetch(work, Connection, key, lock=True)
        enqueue(work, TAKE_STOCK, {"connection": str(key)}, key=f"{TAKE_STOCK}:{key}")
        name = connection.name
    said = _(
        "%(name)s is being looked through. What it lost will be among the stopped records.",
        name=name,
    )
    flash(said, "done")
    return redirect(url_for(".index"), 303)


def _decide(decide: Callable[[UnitOfWork, Host], None], said: str) -> ResponseReturnValue:
    with writing() as work:
        if not standing(work).held:  # a page that was open while somebody else decided
            raise RuleBroken(_("Nothing holds this database any more: somebody has decided."))
        decide(work, host())
    recognise(host())
    flash(said, "done")
    return redirect(url_for(".index"), 303)
