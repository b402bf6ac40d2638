"""Roles: the ready-made ones of the modules, and those made here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.security.models import CustomRole
from core.security.pages.choices import Choices, schema
from core.security.roles import create_role, custom_roles, delete_role, edit_role
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork

blueprint = Blueprint("roles_pages", __name__, url_prefix="/settings/roles")
PERMISSION = "core.users"


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    with reading() as work:
        titles = {one.name: _(one.title) for one in work.enabled.permissions} | {"*": _("All")}
        ready = {
            name: [titles.get(one, one) for one in sorted(held)]
            for name, held in work.enabled.roles.items()
        }
        custom = [
            (role, [titles.get(one, one) for one in role.permissions])
            for role in custom_roles(work)
        ]
    crumbs = [(_("Roles"), "")]
    return render_template("security/roles.html", ready=ready, custom=custom, crumbs=crumbs)


@blueprint.get("/new")
@requires(PERMISSION)
def new() -> ResponseReturnValue:
    with reading() as work:
        form = Form(_asked(_permissions(work)), path=_path())
    return form_page(form, title=_("New role"), back=url_for(".index"), save=_("Add"))


@blueprint.post("/new")
@requires(PERMISSION)
def add() -> ResponseReturnValue:
    with reading() as work:
        permissions = _permissions(work)
    form = Form.sent(_asked(permissions), request.form)
    form.path = _path()

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            create_role(work, data["name"], permissions.chosen(data))
        return url_for(".index")

    return submit(form, save, title=_("New role"), back=url_for(".index"))


@blueprint.get("/<uuid:key>")
@requires(PERMISSION)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        role, permissions = fetch(work, CustomRole, key), _permissions(work)
    stored = permissions.stored(role.permissions)
    form = Form(schema({}, permissions), stored, role.version, path=_path())
    crumbs = [*form.path, (role.name, "")]
    return render_template("security/role.html", form=form, role=role, crumbs=crumbs)


@blueprint.post("/<uuid:key>")
@requires(PERMISSION)
def change(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        role, permissions = fetch(work, CustomRole, key), _permissions(work)
    form = Form.sent(schema({}, permissions), request.form)
    form.path = _path()

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            edit_role(work, key, form.version or 0, permissions.chosen(data))
        return url_for(".index")

    def fresh() -> Stored:
        with reading() as work:
            now = fetch(work, CustomRole, key)
        return Stored(permissions.stored(now.permissions), now.version)

    return submit(form, save, title=role.name, back=url_for(".index"), fresh=fresh)


@blueprint.post("/<uuid:key>/delete")
@requires(PERMISSION)
def delete(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        delete_role(work, key)
    flash(_("The role is gone."), "done")
    return redirect(url_for(".index"), 303)


def _permissions(work: UnitOfWork) -> Choices:
    return Choices("may", {one.name: _(one.title) for one in work.enabled.permissions})


def _asked(permissions: Choices) -> Schema:
    name = fields.String(
        required=True, validate=validate.Length(1, 64), metadata={"title": lazy("Name")}
    )
    return schema({"name": name}, permissions)


def _path() -> list[tuple[str, str]]:
    return [(_("Roles"), url_for("roles_pages.index"))]
