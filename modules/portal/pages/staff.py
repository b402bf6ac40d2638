"""For our own people: invite, send the link again, close and open an account."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.errors import Invalid, RuleBroken
from core.requests import host, writing
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.portal.models import Account
from modules.portal.pages.blueprint import INVITE, letterhead, staff_blueprint
from modules.portal.services.accounts import close, invite, reopen, send_link


@staff_blueprint.post("/invite/<uuid:party_id>", endpoint="invite")
@requires(INVITE)
def invite_somebody(party_id: UUID) -> ResponseReturnValue:
    given = {name: request.form.get(name, "") for name in ("email", "name")}
    try:
        with writing() as work:
            account = invite(work, party_id, letterhead=letterhead(host().settings), **given)
            said = _("%(email)s is invited.", email=account.email)
        flash(said, "done")
    except Invalid as error:
        flash(" ".join([given["email"], *error.fields.values()]).strip(), "error")
    return _back(party_id)


@staff_blueprint.post("/<uuid:key>/link", endpoint="link")
@requires(INVITE)
def link(key: UUID) -> ResponseReturnValue:
    def send(work: UnitOfWork, account: Account) -> str:
        send_link(work, account, letterhead(host().settings))
        return _("A new link is on its way to %(email)s.", email=account.email)

    return _with(key, send)


@staff_blueprint.post("/<uuid:key>/close", endpoint="close")
@requires(INVITE)
def close_account(key: UUID) -> ResponseReturnValue:
    def end(work: UnitOfWork, account: Account) -> str:
        close(work, account.id)
        return _("%(email)s can not sign in any more.", email=account.email)

    return _with(key, end)


@staff_blueprint.post("/<uuid:key>/reopen", endpoint="reopen")
@requires(INVITE)
def reopen_account(key: UUID) -> ResponseReturnValue:
    def begin(work: UnitOfWork, account: Account) -> str:
        reopen(work, account.id)
        return _("%(email)s can sign in again.", email=account.email)

    return _with(key, begin)


def _with(key: UUID, act: Callable[[UnitOfWork, Account], str]) -> ResponseReturnValue:
    with writing() as work:
        account = fetch(work, Account, key, lock=True)
        party_id = account.party_id
        try:
            flash(act(work, account), "done")
        except RuleBroken as error:
            flash(str(error), "error")
    return _back(party_id)


def _back(party_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("contacts_pages.party", key=party_id) + "#portal", 303)
