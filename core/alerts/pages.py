"""What people were told, and the form that says who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import Row

from core.alerts import rules as services
from core.alerts.listing import ALERTS
from core.alerts.media import CAUSES, try_out
from core.alerts.models import AlertRules
from core.alerts.webhook import key_of
from core.errors import CrmError, Invalid, Stale
from core.requests import host, let_go, reading, writing
from core.security.guard import requires
from core.security.vault import open_vault
from core.sync.connections import connections
from core.web import columns
from core.web.atoms import Chip, chip, link
from core.web.facets import Facet, labels
from core.web.forms import Form, Stored
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Tone
from core.web.lists import Action, Empty, ListPage
from core.work import UnitOfWork

blueprint = Blueprint("alerts_pages", __name__, url_prefix="/alerts")
PERMISSION = "core.alerts"
_SECRET = "webhook_secret"  # noqa: S105 - the name of a field

_CAUSE_CHIPS = {cause: Chip(words) for cause, words in CAUSES.items()}


def _cause(row: Row[*tuple[Any, ...]]) -> Markup | str:
    words = _(CAUSES[row.cause])
    return link(words, row.path) if row.path else words


def _words(row: Row[*tuple[Any, ...]]) -> Markup:
    return Markup('<span class="reason">{}</span>').format(row.words)


def _state(row: Row[*tuple[Any, ...]]) -> Markup:
    if row.ended_at is not None:
        return chip(_("Over"), Tone.GREEN)
    return chip(_("Quiet again")) if row.quiet_since else chip(_("Open"), Tone.RED)


def _told(row: Row[*tuple[Any, ...]]) -> Markup | str:
    if row.untold:
        return Markup('<span class="reason danger">{}</span>').format(row.untold)
    if row.untold is not None:
        return _("Being sent")
    return _("Yes") if row.told_at else _("Nobody is set up to be told")


def _names(work: UnitOfWork) -> dict[str, str]:
    return {str(one.id): one.name for one in connections(work)}


_SET_UP = Action(title=lazy("Who is told"), endpoint=".rules", permission=PERMISSION, icon="mail")
PAGE = ListPage(
    title=lazy("Alerts"),
    listing=ALERTS,
    columns=(
        columns.made("cause", lazy("Alert"), _cause),
        columns.made("words", lazy("What is the matter"), _words),
        columns.link(
            "connection",
            lazy("Connection"),
            to="connections_pages.connection",
            key="connection_id",
        ),
        columns.made("ended_at", lazy("State"), _state),
        columns.moment("began_at", lazy("Began")),
        columns.made("told_at", lazy("Told"), _told),
    ),
    facets=(
        Facet("open", lazy("Open"), choices={"true": lazy("Yes"), "false": lazy("No")}),
        Facet("cause", lazy("Cause"), choices=labels(_CAUSE_CHIPS)),
        Facet("connection_id", lazy("Connection"), choices=_names),
    ),
    create=_SET_UP,
    empty=Empty(
        lazy("What somebody should know stands here: an ERP away, records stopped, a lag."),
        first=_SET_UP,
    ),
    template="alerts/list.html",
)


@blueprint.get("/")
@requires("core.sync")
def index() -> ResponseReturnValue:
    return PAGE.answer()


def _key(text: str) -> None:
    try:
        key_of(text)
    except Invalid as error:
        raise ValidationError(str(error)) from error


def _number(least: int, most: int, *, title: str, words: str) -> fields.Integer:
    return fields.Integer(
        required=True,
        validate=validate.Range(least, most),
        metadata={"title": title, "help": words},
    )


class RulesFields(Schema):
    recipients = fields.List(
        fields.Email(), metadata={"title": lazy("Mail to"), "help": lazy("One address per line")}
    )
    webhook_url = fields.Url(
        require_tld=False,
        schemes={"http", "https"},
        allow_none=True,
        load_default=None,
        metadata={
            "title": lazy("Webhook"),
            "help": lazy("Gets a signed POST; its host has to be among TANDEM_EGRESS"),
        },
    )
    webhook_secret = fields.String(
        load_default="",
        validate=lambda text: _key(text) if text else None,
        metadata={
            "title": lazy("Secret of the webhook"),
            "help": lazy("Signs it as Standard Webhooks lays down: whsec_ and base64"),
            "secret": True,
        },
    )
    stopped_records = _number(
        0,
        1_000_000,
        title=lazy("Stopped records of a connection"),
        words=lazy("From this many on; 0: never"),
    )
    away_minutes = _number(
        0,
        10_000,
        title=lazy("Minutes an ERP may not answer"),
        words=lazy("Nothing is lost meanwhile: what is to be sent waits"),
    )
    lag_minutes = _number(
        1,
        10_000,
        title=lazy("Minutes something may be behind"),
        words=lazy("What is read rarely by intention gets three of its turns"),
    )


@blueprint.get("/rules")
@requires(PERMISSION)
def rules() -> ResponseReturnValue:
    with reading() as work:
        found = services.rules(work)
    return _page(Form(RulesFields(), _stored(found), found.version or 0))


@blueprint.post("/rules")
@requires(PERMISSION)
def save() -> ResponseReturnValue:
    form = Form.sent(RulesFields(), request.form)
    data = form.data()
    if data is None:
        return _page(form), 422
    try:
        with writing() as work:
            _change(work, data, form.version or 0)
    except Stale:
        with reading() as work:
            found = services.rules(work)
        form.collide(Stored(_stored(found), found.version))
        return _page(form), 409
    flash(_("Saved. Send a test to see that it arrives."), "done")
    return redirect(url_for(".rules"), 303)


@blueprint.post("/test")
@requires(PERMISSION)
def test() -> ResponseReturnValue:
    """Send a message by every medium that is set up; what goes wrong is said at once."""
    with reading() as work:
        found = services.rules(work)
    let_go()
    try:
        media = try_out(host().settings, found)
    except CrmError as error:
        flash(_("The test failed: %(words)s", words=str(error)), "error")
    else:
        flash(_("A test was sent.") if media else _("Nobody is set up to be told."), "done")
    return redirect(url_for(".rules"), 303)


def _change(work: UnitOfWork, data: Mapping[str, Any], version: int) -> None:
    values = {name: value for name, value in data.items() if name != _SECRET}
    values["webhook_url"] = data["webhook_url"] or ""
    vault = open_vault(host().settings.data_dir)
    services.change(work, values, secret=data[_SECRET], vault=vault, version=version)


def _stored(found: AlertRules) -> dict[str, Any]:
    names = [name for name in RulesFields().fields if name != _SECRET]
    return {**{name: getattr(found, name) for name in names}, _SECRET: bool(found.sealed)}


def _page(form: Form) -> str:
    title = _("Who is told")
    crumbs = [(_("Alerts"), url_for(".index")), (title, "")]
    return render_template(
        "alerts/rules.html",
        form=form,
        title=title,
        back=url_for(".index"),
        mails=bool(host().settings.smtp_url),
        crumbs=crumbs,
    )
