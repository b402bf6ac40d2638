"""Everybody's tokens, for those who manage users."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.requests import reading, writing
from core.security.guard import requires
from core.security.tokens import list_tokens, revoke_token
from core.web.i18n import gettext as _

blueprint = Blueprint("tokens_pages", __name__, url_prefix="/settings/tokens")
PERMISSION = "core.users"


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    with reading() as work:
        tokens = list_tokens(work)
    crumbs = [(_("Tokens"), "")]
    return render_template("security/tokens.html", tokens=tokens, crumbs=crumbs)


@blueprint.post("/<uuid:key>/revoke")
@requires(PERMISSION)
def revoke(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        revoke_token(work, key)
    flash(_("The token opens nothing any more."), "done")
    return redirect(url_for(".index"), 303)
