"""What people can agree to, and how this company writes to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from core.companies import fetch, home, visible
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from modules.marketing.models import Policy, Purpose
from modules.marketing.pages.blueprint import READ, SET_UP, blueprint, crumbs
from modules.marketing.pages.forms import PolicyForm, PurposeForm
from modules.marketing.services.permitted import policy_of
from modules.marketing.services.policies import change_policy, change_purpose, make_purpose

_SHOWN = 200


@blueprint.get("/setup")
@requires(READ)
def setup() -> ResponseReturnValue:
    with reading() as work:
        own = select(Purpose).order_by(Purpose.active.desc(), Purpose.title).limit(_SHOWN)
        purposes = work.session.scalars(visible(work, own)).all()
        policy = policy_of(work, home(work))
    return render_template(
        "marketing/setup.html",
        purposes=purposes,
        policy=policy,
        crumbs=crumbs((_("Purposes and policy"), "")),
    )


@blueprint.route("/purposes/new", methods=["GET", "POST"])
@requires(SET_UP)
def new_purpose() -> ResponseReturnValue:
    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            make_purpose(work, data)
        return url_for(".setup")

    first = Form(PurposeForm(), {"double_opt_in": True, "active": True})
    return _answer(PurposeForm(), first, save, title=_("New purpose"))


@blueprint.route("/purposes/<uuid:key>/edit", methods=["GET", "POST"])
@requires(SET_UP)
def edit_purpose(key: UUID) -> ResponseReturnValue:
    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, Purpose, key)
        return Stored({name: getattr(found, name) for name in PurposeForm().fields}, found.version)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_purpose(work, key, data, version=_version())
        return url_for(".setup")

    now = stored()
    first = Form(PurposeForm(), now.values, now.version)
    return _answer(PurposeForm(), first, save, title=_("Edit the purpose"), fresh=stored)


@blueprint.route("/policy", methods=["GET", "POST"])
@requires(SET_UP)
def edit_policy() -> ResponseReturnValue:
    def stored() -> Stored:
        with reading() as work:
            return _stored(policy_of(work, home(work)))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_policy(work, data, version=_version() or 0)
        return url_for(".setup")

    now = stored()
    first = Form(PolicyForm(), now.values, now.version)
    return _answer(PolicyForm(), first, save, title=_("Policy"), fresh=stored)


def _stored(policy: Policy) -> Stored:
    return Stored({name: getattr(policy, name) for name in PolicyForm().fields}, policy.version)


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _answer(
    schema: Schema,
    first: Form,
    save: Callable[[dict[str, Any]], str],
    *,
    title: str,
    fresh: Callable[[], Stored] | None = None,
) -> ResponseReturnValue:
    back = url_for(".setup")
    form = Form.sent(schema, request.form) if request.method == "POST" else first
    form.path = crumbs((_("Purposes and policy"), back))
    if request.method == "POST":
        return submit(form, save, title=title, back=back, fresh=fresh)
    return form_page(form, title=title, back=back)
