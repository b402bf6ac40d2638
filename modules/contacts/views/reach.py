"""Addresses and contact points: their forms, and taking them away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts import services
from modules.contacts.models import Address, ContactPoint, Party
from modules.contacts.views.blueprint import WRITE, blueprint
from modules.contacts.views.forms import PointForm, address_form

Save = Callable[[UnitOfWork, Any, int | None], object]


@blueprint.route("/<uuid:key>/addresses/new", methods=["GET", "POST"])
@requires(WRITE)
def new_address(key: UUID) -> ResponseReturnValue:
    form = _sent_or_new(address_form(), billing=True, shipping=True)
    return _add(key, form, _("New address"), services.add_address)


@blueprint.route("/<uuid:key>/contact-points/new", methods=["GET", "POST"])
@requires(WRITE)
def new_contact_point(key: UUID) -> ResponseReturnValue:
    form = _sent_or_new(PointForm(), kind="email")
    return _add(key, form, _("New contact point"), services.add_contact_point)


@blueprint.route("/addresses/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit_address(key: UUID) -> ResponseReturnValue:
    def save(work: UnitOfWork, data: Any, version: int | None) -> object:
        return services.change_address(work, key, data, version=version)

    return _edit(Address, key, address_form(), title=_("Edit the address"), save=save)


@blueprint.route("/contact-points/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit_contact_point(key: UUID) -> ResponseReturnValue:
    def save(work: UnitOfWork, data: Any, version: int | None) -> object:
        return services.change_contact_point(work, key, data, version=version)

    return _edit(ContactPoint, key, PointForm(), title=_("Edit the contact point"), save=save)


@blueprint.post("/addresses/<uuid:key>/remove")
@requires(WRITE)
def remove_address(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        owner = fetch(work, Address, key).party_id
        services.remove_address(work, key)
    flash(_("The address is removed; orders that went there keep it."), "done")
    return redirect(url_for(".party", key=owner), 303)


@blueprint.post("/contact-points/<uuid:key>/remove")
@requires(WRITE)
def remove_contact_point(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        owner = fetch(work, ContactPoint, key).party_id
        services.remove_contact_point(work, key)
    flash(_("The contact point is removed."), "done")
    return redirect(url_for(".party", key=owner), 303)


def _sent_or_new(schema: Schema, **first: Any) -> Form:
    if request.method == "POST":
        return Form.sent(schema, request.form)
    return Form(schema, stored=first)


def _add(
    key: UUID, form: Form, title: str, add: Callable[[UnitOfWork, UUID, Any], object]
) -> ResponseReturnValue:
    back = url_for(".party", key=key)
    if request.method == "GET":
        with reading() as work:
            fetch(work, Party, key)
        return form_page(form, title=title, back=back)

    def save(data: Any) -> str:
        with writing() as work:
            add(work, key, data)
        return back

    return submit(form, save, title=title, back=back)


def _edit(
    model: type[Address] | type[ContactPoint], key: UUID, schema: Schema, *, title: str, save: Save
) -> ResponseReturnValue:
    def stored() -> tuple[UUID, Stored]:
        with reading() as work:
            record = fetch(work, model, key)
        values = {name: getattr(record, name) for name in schema.fields}
        return record.party_id, Stored(values, record.version)

    owner, now = stored()
    back = url_for(".party", key=owner)
    if request.method == "GET":
        return form_page(Form(schema, now.values, now.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def saved(data: Any) -> str:
        with writing() as work:
            save(work, data, form.version)
        return back

    return submit(form, saved, title=title, back=back, fresh=lambda: stored()[1])
