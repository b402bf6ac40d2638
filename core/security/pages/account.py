"""One's own account: profile, password, browsers and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.actor import EVERYTHING
from core.clock import utcnow
from core.companies import fetch
from core.errors import Invalid
from core.requests import host, reading, writing
from core.security.accounts import new_password_hash
from core.security.guard import SIGNED_IN, requires
from core.security.models import User
from core.security.pages.choices import Choices, schema
from core.security.passwords import is_right
from core.security.profile import Profile, edit_profile, replace_password
from core.security.sessions import end_session, own_sessions
from core.security.throttle import admit, counted, forgive
from core.security.tokens import TokenWish, create_token, list_tokens, revoke_token
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork

blueprint = Blueprint("account_pages", __name__, url_prefix="/account")


class ProfileFields(Schema):
    name = fields.String(
        required=True, validate=validate.Length(1, 200), metadata={"title": lazy("Name")}
    )
    timezone = fields.String(
        required=True,
        metadata={"title": lazy("Time zone"), "help": lazy("Like Europe/Berlin.")},
    )


class PasswordFields(Schema):
    old = fields.String(required=True, metadata={"title": lazy("Current password"), "secret": True})
    password = fields.String(
        required=True,
        metadata={
            "title": lazy("New password"),
            "secret": True,
            "help": lazy("At least 12 characters; a few words are easy to remember."),
        },
    )


@blueprint.get("/")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    mine = g.caller.user_id
    with reading() as work:
        user = fetch(work, User, mine)
        sessions, tokens = own_sessions(work, mine), list_tokens(work, owner=mine)
    return render_template(
        "security/account.html",
        user=user,
        sessions=sessions,
        here=g.caller.credential_id,
        tokens=tokens,
        crumbs=[(_("Account"), "")],
    )


@blueprint.get("/profile")
@requires(SIGNED_IN)
def profile() -> ResponseReturnValue:
    stored = _profile()
    form = Form(ProfileFields(), stored.values, stored.version, path=_path())
    return form_page(form, title=_("Profile"), back=url_for(".index"))


@blueprint.post("/profile")
@requires(SIGNED_IN)
def change_profile() -> ResponseReturnValue:
    form = Form.sent(ProfileFields(), request.form)
    form.path = _path()

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            language = fetch(work, User, g.caller.user_id).language
            changed = Profile(**data, language=language)
            edit_profile(work, g.caller.user_id, form.version or 0, changed)
        return url_for(".index")

    return submit(form, save, title=_("Profile"), back=url_for(".index"), fresh=_profile)


@blueprint.get("/password")
@requires(SIGNED_IN)
def password() -> ResponseReturnValue:
    return form_page(
        Form(PasswordFields(), path=_path()), title=_("New password"), back=url_for(".index")
    )


@blueprint.post("/password")
@requires(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    form = Form.sent(PasswordFields(), request.form)
    form.path = _path()

    def save(data: dict[str, Any]) -> str:
        _replace(data["old"], data["password"])
        return url_for(".index")

    done = lazy("The password is replaced. Other browsers have to sign in again.")
    return submit(form, save, title=_("New password"), back=url_for(".index"), done=done)


@blueprint.post("/sessions/<uuid:key>/end")
@requires(SIGNED_IN)
def end(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        end_session(work, g.caller.user_id, key)
    flash(_("That browser has to sign in again."), "done")
    return redirect(url_for(".index"), 303)


@blueprint.get("/tokens/new")
@requires(SIGNED_IN)
def new_token() -> ResponseReturnValue:
    with reading() as work:
        form = Form(_token_fields(_scopes(work)), path=_path())
    return form_page(form, title=_("New token"), back=url_for(".index"), save=_("Make"))


@blueprint.post("/tokens/new")
@requires(SIGNED_IN)
def make_token() -> ResponseReturnValue:
    """The secret is on the answer itself: it is not kept to be shown again."""
    with reading() as work:
        scopes = _scopes(work)
    form = Form.sent(_token_fields(scopes), request.form)
    form.path = _path()
    made: list[str] = []

    def save(data: dict[str, Any]) -> str:
        days = data.get("days")
        wish = TokenWish(
            name=data["name"],
            scopes=scopes.chosen(data),
            expires_at=utcnow() + timedelta(days=days) if days else None,
        )
        with writing() as work:
            made.append(create_token(work, g.caller.user_id, wish)[1])
        return url_for(".index")

    answer = submit(form, save, title=_("New token"), back=url_for(".index"))
    return _shown_once(made[0]) if made else answer


@blueprint.post("/tokens/<uuid:key>/revoke")
@requires(SIGNED_IN)
def revoke(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        revoke_token(work, key, owner=g.caller.user_id)
    flash(_("The token opens nothing any more."), "done")
    return redirect(url_for(".index"), 303)


def _profile() -> Stored:
    with reading() as work:
        user = fetch(work, User, g.caller.user_id)
    return Stored({"name": user.name, "timezone": user.timezone}, user.version)


def _replace(old: str, new: str) -> None:
    """Somebody at an open screen may guess as slowly as a stranger."""
    with host().read(g.actor) as work:
        user = fetch(work, User, g.caller.user_id)
    counters = counted(user.email, request.remote_addr or "")
    with host().write(g.actor) as work:
        admit(work, counters)
    if not is_right(old, user.password_hash):
        problem = _("This is not your password.")
        raise Invalid(problem, fields={"old": problem})
    new_hash = new_password_hash(new, user.email)
    with writing() as work:
        forgive(work, counters)
        session = g.caller.credential_id
        replace_password(work, user.id, new_hash, old_hash=user.password_hash, session_id=session)


def _scopes(work: UnitOfWork) -> Choices:
    """What somebody may give away is what they may themselves."""
    held = [one for one in work.enabled.permissions if work.actor.may(one.name)]
    everything = {EVERYTHING: _("All I may, now and later")}
    return Choices("may", everything | {one.name: _(one.title) for one in held})


def _token_fields(scopes: Choices) -> Schema:
    about = {"title": lazy("What it is for")}
    days = {"title": lazy("Days until it expires"), "help": lazy("Left empty, it never does.")}
    return schema(
        {
            "name": fields.String(required=True, validate=validate.Length(1, 100), metadata=about),
            "days": fields.Integer(
                load_default=None,
                allow_none=True,
                validate=validate.Range(1, 3650),
                metadata=days,
            ),
        },
        scopes,
    )


def _shown_once(secret: str) -> str:
    return render_template(
        "security/once.html",
        title=_("Your new token"),
        secret=secret,
        words=_("Copy it to where it is used. It is shown only now."),
        back=url_for("account_pages.index"),
        crumbs=[*_path(), (_("New token"), "")],
    )


def _path() -> list[tuple[str, str]]:
    return [(_("Account"), url_for("account_pages.index"))]
