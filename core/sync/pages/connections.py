"""Connections: the list, the set-up form with its test, and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row, select

from core.api.listing import Listing
from core.companies import Company, fetch
from core.errors import Invalid, Stale
from core.requests import actor, host, let_go, reading, writing
from core.security.guard import requires
from core.sync import connections as services
from core.sync.changing import Wish, change
from core.sync.connections import Checked
from core.sync.models import Connection, PlanPurpose
from core.sync.overview import overview
from core.sync.pages.board import connector_title
from core.sync.pages.form import (
    DEFAULT,
    NAME,
    companies,
    owner_of,
    pace_of,
    refuse,
    risks_of,
    schema_of,
    settings_of,
    stored_values,
)
from core.sync.pages.record import about
from core.sync.pages.sheet import TEST, Sheet, path
from core.sync.pages.words import CONNECTION_CHIPS, document_words, promise_words
from core.sync.plans import propose
from core.web import columns
from core.web.facets import Facet, labels
from core.web.forms import Form, Stored
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.lists import Action, Empty, ListPage

blueprint = Blueprint("connections_pages", __name__, url_prefix="/connections")
PERMISSION = "core.connections"


@blueprint.context_processor
def _taught() -> dict[str, object]:
    return {
        "connection_chips": CONNECTION_CHIPS,
        "document_words": document_words,
        "promise_words": promise_words,
        "connector_title": connector_title,
    }


def _health(row: Row[*tuple[Any, ...]]) -> Markup | str:
    return Markup('<span class="reason">{}</span>').format(g.healths.get(row.id, ""))


_NEW = Action(title=lazy("New connection"), endpoint=".choose", permission=PERMISSION)
PAGE = ListPage(
    title=lazy("Connections"),
    listing=Listing(
        name="connections",
        statement=select(
            Connection.id,
            Connection.name,
            Connection.connector,
            Company.name.label("company"),
            Connection.state,
            Connection.is_default,
            Connection.checked_at,
            Connection.company_id,
        ).join(Company, Company.id == Connection.company_id),
        sorts={"name": Connection.name, "checked_at": Connection.checked_at},
        default="name",
        filters={"state": Connection.state},
    ),
    columns=(
        columns.link("name", lazy("Connection"), to="connections_pages.connection"),
        columns.made("connector", lazy("ERP"), lambda row: connector_title(row.connector)),
        columns.text("company", lazy("Company")),
        columns.state("state", lazy("State"), CONNECTION_CHIPS),
        columns.made("id", lazy("Health"), _health),
        columns.flag("is_default", lazy("Takes new orders")),
        columns.moment("checked_at", lazy("Last tested")),
    ),
    facets=(Facet("state", lazy("State"), choices=labels(CONNECTION_CHIPS)),),
    empty=Empty(
        lazy("A connection ties a company to its ERP: orders go there, facts come back."),
        first=_NEW,
    ),
    create=_NEW,
    template="connections/list.html",
)


@blueprint.get("/")
@requires("core.sync")
def index() -> ResponseReturnValue:
    with reading() as work:
        g.healths = {one.connection.id: one.words for one in overview(work) if one.connection}
    return PAGE.answer()


@blueprint.get("/new")
@requires(PERMISSION)
def choose() -> ResponseReturnValue:
    """Which kind of ERP."""
    found = host().registry.connectors
    manifests = [one.item.manifest for one in found.installed.values()]
    return render_template(
        "connections/choose.html",
        manifests=sorted(manifests, key=lambda one: one.title),
        broken=sorted(found.broken.items()),
        crumbs=[path(), (_("New connection"), "")],
    )


@blueprint.get("/new/<connector>")
@requires(PERMISSION)
def new(connector: str) -> ResponseReturnValue:
    manifest = host().registry.connector(connector).manifest
    with reading() as work:
        owners = companies(work)
    form = Form(schema_of(manifest, owners), stored={NAME: _(manifest.title)})
    return Sheet(form, manifest, url_for(".choose")).page()


@blueprint.post("/new/<connector>")
@requires(PERMISSION)
def add(connector: str) -> ResponseReturnValue:
    """Test what was typed, or save it and test that: it works at once, or stays a draft."""
    manifest = host().registry.connector(connector).manifest
    with reading() as work:
        owners = companies(work)
    form = Form.sent(schema_of(manifest, owners), request.form)
    sheet = Sheet(form, manifest, url_for(".choose"))
    if TEST in request.form:
        return sheet.tried(Connection(connector=connector, settings={}))
    settings = settings_of(form)
    if form.wrong:
        return sheet.page(), 422
    try:
        key = _added(form, connector, settings, owner_of(form, owners))
    except Invalid as error:
        refuse(form, error)
        return sheet.page(), 422
    checked = services.check(host(), actor(), key)
    _tell(checked, _("It is saved as a draft and does nothing yet."))
    return redirect(url_for(".connection", key=key), 303)


def _added(form: Form, connector: str, settings: dict[str, Any], company_id: UUID) -> UUID:
    """Nothing is read over before somebody approved the plan of its first load."""
    with writing() as work:
        made = services.add(
            work,
            host(),
            name=(form.typed or {}).get(NAME, ""),
            connector=connector,
            company_id=company_id,
            settings=settings,
        )
        propose(work, made.id, PlanPurpose.FIRST_LOAD)
        return made.id


@blueprint.get("/<uuid:key>/edit")
@requires(PERMISSION)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Connection, key)
    return _sheet(found, Form(_schema(found), stored_values(host(), found), found.version)).page()


@blueprint.post("/<uuid:key>/edit")
@requires(PERMISSION)
def save(key: UUID) -> ResponseReturnValue:
    """Secrets left empty stay as they are."""
    with reading() as work:
        found = fetch(work, Connection, key)
    form = Form.sent(_schema(found), request.form, stored=stored_values(host(), found))
    sheet = _sheet(found, form)
    if TEST in request.form:
        return sheet.tried(found)
    settings = settings_of(form)
    if form.wrong:
        return sheet.page(), 422
    try:
        _changed(key, form, settings)
    except Stale:
        with reading() as work:
            fresh = fetch(work, Connection, key)
        form.collide(Stored(stored_values(host(), fresh), fresh.version))
        return sheet.page(), 409
    except Invalid as error:
        refuse(form, error)
        return sheet.page(), 422
    _tell(services.check(host(), actor(), key), _("It is saved as it was entered."))
    return redirect(url_for(".connection", key=key), 303)


def _changed(key: UUID, form: Form, settings: dict[str, Any]) -> None:
    typed = form.typed or {}
    wish = Wish(
        name=typed.get(NAME, ""),
        is_default=DEFAULT in typed,
        settings=settings,
        risks=risks_of(form),
        calls_per_second=pace_of(form),
    )
    with writing() as work:
        change(work, host(), key, wish=wish, version=form.version or 0)


@blueprint.get("/<uuid:key>")
@requires("core.sync")
def connection(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = about(work, host(), key)
    crumbs = [path(), (found.connection.name, "")]
    return render_template("connections/connection.html", about=found, crumbs=crumbs)


@blueprint.post("/<uuid:key>/test")
@requires(PERMISSION)
def test(key: UUID) -> ResponseReturnValue:
    let_go()
    _tell(services.check(host(), actor(), key), _("Nothing else was changed."))
    return redirect(url_for(".connection", key=key), 303)


@blueprint.post("/<uuid:key>/pause")
@requires("core.sync_act")
def pause(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        services.pause(work, key)
    flash(_("It is paused: nothing is sent or read, and nothing is lost."), "done")
    return redirect(url_for(".connection", key=key), 303)


@blueprint.post("/<uuid:key>/resume")
@requires("core.sync_act")
def resume(key: UUID) -> ResponseReturnValue:
    """One test first: a connection that does not answer stays as it is."""
    let_go()
    _tell(services.resume(host(), actor(), key), _("It stays as it was."))
    return redirect(url_for(".connection", key=key), 303)


def _sheet(found: Connection, form: Form) -> Sheet:
    manifest = host().registry.connector(found.connector).manifest
    return Sheet(form, manifest, url_for(".connection", key=found.id), found.name)


def _schema(found: Connection) -> Any:
    return schema_of(host().registry.connector(found.connector).manifest)


def _tell(checked: Checked, otherwise: str) -> None:
    if checked.ok:
        flash(_("It works: %(words)s", words=checked.words), "done")
    else:
        flash(_("The test failed: %(words)s", words=checked.words) + " " + otherwise, "error")
