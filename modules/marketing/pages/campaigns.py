"""Campaigns: the list, the page of one, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.errors import CrmError
from core.requests import host, reading, writing
from core.security.guard import requires
from core.web import columns
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.work import UnitOfWork
from modules.marketing import chips
from modules.marketing.models import Campaign, Purpose, Segment, Send
from modules.marketing.pages.blueprint import (
    READ,
    SEND,
    WRITE,
    blueprint,
    crumbs,
    purpose_choices,
    segment_choices,
)
from modules.marketing.pages.forms import campaign_form
from modules.marketing.rules.states import CampaignState
from modules.marketing.services import campaigns, outcomes
from modules.marketing.services.audience import size
from modules.marketing.services.letters import place
from modules.marketing.services.lists import CAMPAIGNS, SENDS
from modules.marketing.services.previews import holes
from modules.marketing.services.results import results

_MOMENT = "%Y-%m-%d %H:%M"
NEW = Action(title=_l("New campaign"), endpoint="marketing_pages.new", permission=WRITE)
LIST = ListPage(
    title=_l("Campaigns"),
    listing=CAMPAIGNS,
    template="marketing/list.html",
    search=_l("Name"),
    columns=(
        columns.link("name", _l("Campaign"), to="marketing_pages.campaign"),
        columns.state("state", _l("State"), chips.CAMPAIGN),
        columns.text("purpose", _l("Purpose")),
        columns.link("segment", _l("To"), to="marketing_pages.segment", key="segment_id"),
        columns.number("sent", _l("Sent")),
        columns.moment("started_at", _l("Started")),
        columns.moment("created_at", _l("Created")),
    ),
    facets=(Facet("state", _l("State"), choices=labels(chips.CAMPAIGN)),),
    create=NEW,
    empty=Empty(
        _l("A campaign writes to everybody of a segment who agreed, and shows what came of it."),
        first=NEW,
    ),
)
SENT_TO = ListPage(
    title=_l("Sends"),
    listing=SENDS,
    template="marketing/list.html",
    search=_l("Address"),
    columns=(
        columns.link("party", _l("To"), to="contacts_pages.party", key="party_id"),
        columns.text("address", _l("Address")),
        columns.text("variant", _l("Message")),
        columns.state("state", _l("State"), chips.SEND),
        columns.state("reason", _l("Why not"), chips.REASON),
        columns.moment("sent_at", _l("Sent")),
        columns.moment("opened_at", _l("Opened")),
        columns.moment("clicked_at", _l("Clicked")),
        columns.text("words", _l("The server's words")),
    ),
    facets=(
        Facet("state", _l("State"), choices=labels(chips.SEND)),
        Facet("reason", _l("Why not"), choices=labels(chips.REASON)),
        Facet("campaign_id", _l("Campaign"), named=lambda work, key: _name(work, UUID(key))),
    ),
    empty=Empty(_l("One row per person stands here as soon as a campaign starts.")),
)


def _name(work: UnitOfWork, key: UUID) -> str:
    return fetch(work, Campaign, key).name


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/sends/")
@requires(READ)
def sends() -> ResponseReturnValue:
    return SENT_TO.answer()


@blueprint.get("/campaigns/<uuid:key>")
@requires(READ)
def campaign(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Campaign, key)
        page = _context(work, found)
    return render_template("marketing/campaign.html", crumbs=crumbs((found.name, "")), **page)


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    with reading() as work:
        schema = campaign_form(segment_choices(work), purpose_choices(work))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            made = campaigns.make_campaign(work, data)
        return url_for(".campaign", key=made.id)

    back, title = url_for(".index"), _("New campaign")
    first = {name: one.load_default for name, one in schema.fields.items() if not one.required}
    first["segment_id"] = request.args.get("segment_id", "")
    form = Form.sent(schema, request.form) if request.method == "POST" else Form(schema, first)
    form.path = crumbs()
    if request.method == "POST":
        return submit(form, save, title=title, back=back)
    lede = _("Next you write its message and see who gets it. Nothing is sent before you say so.")
    return form_page(form, title=title, back=back, lede=lede)


@blueprint.route("/campaigns/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        schema = campaign_form(segment_choices(work), purpose_choices(work))

    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, Campaign, key)
        values = {name: getattr(found, name) for name in schema.fields}
        for name in ("starts_at", "ends_at"):
            values[name] = values[name].strftime(_MOMENT) if values[name] else ""
        return Stored(values, found.version)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            campaigns.change_campaign(work, key, data, version=form.version)
        return back

    now = stored()
    back, title = url_for(".campaign", key=key), _("Edit the campaign")
    form = Form(schema, now.values, now.version)
    if request.method == "POST":
        form = Form.sent(schema, request.form)
    form.path = crumbs((str(now.values["name"]), back))
    if request.method == "POST":
        return submit(form, save, title=title, back=back, fresh=stored)
    return form_page(form, title=title, back=back)


@blueprint.post("/campaigns/<uuid:key>/<any(approve,rework,pause,resume,cancel,archive):step>")
@requires(SEND)
def move(key: UUID, step: str) -> ResponseReturnValue:
    done: dict[str, tuple[Callable[[UnitOfWork, UUID], Campaign], str]] = {
        "approve": (campaigns.approve, _("Approved. Now it can start.")),
        "rework": (campaigns.rework, _("It is a draft again.")),
        "pause": (campaigns.pause, _("Paused: what is in hand still arrives, nothing more.")),
        "resume": (campaigns.resume, _("It goes on where it stood.")),
        "cancel": (campaigns.cancel, _("Cancelled: whoever has not got it does not get it.")),
        "archive": (campaigns.archive, _("Archived.")),
    }
    verb, words = done[step]
    return _moved(key, verb, words)


@blueprint.post("/campaigns/<uuid:key>/start")
@requires(SEND)
def start(key: UUID) -> ResponseReturnValue:
    """At once, or at its time. Refused while mails could not be sent or have no links."""
    settings = host().settings

    def begin(work: UnitOfWork, campaign_id: UUID) -> Campaign:
        place(settings)
        return campaigns.schedule(work, campaign_id)

    if not settings.smtp_url:
        flash(_("Set TANDEM_SMTP_URL first: there is no mail server to send by."), "error")
        return redirect(url_for(".campaign", key=key), 303)
    return _moved(key, begin, _("It is on its way; this page counts along."))


@blueprint.post("/campaigns/<uuid:key>/sends/<uuid:send_id>/again")
@requires(SEND)
def send_again(key: UUID, send_id: UUID) -> ResponseReturnValue:
    """A mail in doubt did not arrive, somebody says: it goes out once more."""
    with writing() as work:
        send = fetch(work, Send, send_id, lock=True)
        outcomes.send_again(work, send)
        campaigns.send_on(work, fetch(work, Campaign, key))
    flash(_("It goes out once more."), "done")
    return redirect(url_for(".campaign", key=key), 303)


def _moved(
    key: UUID, verb: Callable[[UnitOfWork, UUID], Campaign], words: str
) -> ResponseReturnValue:
    try:
        with writing() as work:
            verb(work, key)
    except CrmError as error:
        flash(str(error), "error")
    else:
        flash(words, "done")
    return redirect(url_for(".campaign", key=key), 303)


def _context(work: UnitOfWork, found: Campaign) -> dict[str, Any]:
    started = found.started_at is not None
    messages = campaigns.messages(work, found.id)
    is_open = found.state in {CampaignState.DRAFT, CampaignState.APPROVED}
    return {
        "campaign": found,
        "messages": messages,
        "segment": work.session.get_one(Segment, found.segment_id),
        "excluded": work.session.get(Segment, found.excluded_id) if found.excluded_id else None,
        "purpose": work.session.get_one(Purpose, found.purpose_id),
        "size": None if started else size(work, found),
        "holes": {one.id: holes(work, found, one) for one in messages} if is_open else {},
        "results": results(work, found) if started else None,
        "chips": chips,
    }
