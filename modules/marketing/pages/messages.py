"""Writing a campaign's messages: the form, the preview as somebody reads it, the test send."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.companies import fetch, visible
from core.errors import CrmError, RuleBroken
from core.ids import new_id
from core.mail import Mailer, MailError
from core.mail.message import Mail
from core.requests import host, let_go, reading, writing
from core.search import matching
from core.security.guard import requires
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.marketing import chips
from modules.marketing.models import Campaign, Message
from modules.marketing.pages.blueprint import READ, SEND, WRITE, blueprint, crumbs
from modules.marketing.pages.forms import MessageForm, TestForm
from modules.marketing.services import campaigns
from modules.marketing.services.audience import audience, someone
from modules.marketing.services.letters import place
from modules.marketing.services.previews import preview, specimen

_OFFERED = 20


@blueprint.route("/messages/<uuid:key>/edit", methods=["GET", "POST"])
@requires(WRITE)
def write(key: UUID) -> ResponseReturnValue:
    def stored() -> Stored:
        with reading() as work:
            found = fetch(work, Message, key)
        return Stored(
            {name: getattr(found, name) for name in ("subject", "text", "html")}, found.version
        )

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            campaigns.write_message(work, key, data, version=form.version)
        return url_for(".preview_message", key=key)

    with reading() as work:
        message = fetch(work, Message, key)
        campaign = _campaign(work, message)
    now = stored()
    back = url_for(".campaign", key=campaign.id)
    title = _("Message %(label)s", label=message.label)
    form = Form(MessageForm(), now.values, now.version)
    if request.method == "POST":
        form = Form.sent(MessageForm(), request.form)
    form.path = crumbs((campaign.name, back))
    if request.method == "POST":
        return submit(form, save, title=title, back=back, fresh=stored)
    return form_page(form, title=title, back=back)


@blueprint.post("/campaigns/<uuid:key>/variants")
@requires(WRITE)
def add_variant(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        message = campaigns.add_variant(work, key)
    return redirect(url_for(".write", key=message.id), 303)


@blueprint.post("/messages/<uuid:key>/drop")
@requires(WRITE)
def drop_variant(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        campaign_id = fetch(work, Message, key).campaign_id
        campaigns.drop_variant(work, key)
    flash(_("The message is dropped."), "done")
    return redirect(url_for(".campaign", key=campaign_id), 303)


@blueprint.get("/messages/<uuid:key>/preview")
@requires(READ)
def preview_message(key: UUID) -> ResponseReturnValue:
    """As one person of the audience reads it: anybody, or whoever is asked for."""
    text = request.args.get("q", "").strip()
    try:
        where = place(host().settings)
        with reading() as work:
            message = fetch(work, Message, key)
            campaign = _campaign(work, message)
            party_id = request.args.get("party_id", type=UUID) or someone(work, campaign)
            shown = preview(work, campaign, message, party_id, where) if party_id else None
            party = fetch(work, Party, party_id) if party_id else None
            offered = _offered(work, campaign, text)
    except RuleBroken as error:
        flash(str(error), "error")
        return redirect(url_for(".write", key=key), 303)
    back = url_for(".campaign", key=campaign.id)
    return render_template(
        "marketing/preview.html",
        campaign=campaign,
        message=message,
        party=party,
        shown=shown,
        offered=offered,
        q=text,
        chips=chips,
        form=Form(TestForm(), {"address": ""}),
        crumbs=crumbs((campaign.name, back), (_("Preview"), "")),
    )


@blueprint.post("/messages/<uuid:key>/test")
@requires(SEND)
def test_message(key: UUID) -> ResponseReturnValue:
    """Send it to one address at once, marked as a test; nobody is counted by it."""
    form = Form.sent(TestForm(), request.form)
    data = form.data()
    party_id = request.form.get("party_id", type=UUID)
    back = url_for(".preview_message", key=key, party_id=party_id)
    if data is None:
        flash(" ".join(form.wrong.values()), "error")
        return redirect(back, 303)
    try:
        where = place(host().settings)
        with reading() as work:
            message = fetch(work, Message, key)
            party_id = party_id or someone(work, _campaign(work, message)) or new_id()
            mail = specimen(work, message, party_id, data["address"], where)
        let_go()
        _send(mail)
    except CrmError as error:
        flash(_("The test failed: %(words)s", words=str(error)), "error")
    else:
        flash(_("A test went to %(address)s.", address=data["address"]), "done")
    return redirect(back, 303)


def _send(mail: Mail) -> None:
    """Raise a MailError, or Invalid without a mail server."""
    marked = Mail(
        id=mail.id,
        sender=mail.sender,
        recipients=mail.recipients,
        subject=_("[Test] %(subject)s", subject=mail.subject),
        text=mail.text,
        html=mail.html,
    )
    with Mailer(host().settings) as mailer:
        receipt = mailer.send(marked)
    if not receipt.accepted:
        raise MailError(receipt.words)


def _campaign(work: UnitOfWork, message: Message) -> Campaign:
    if message.campaign_id is None:
        raise RuleBroken(_("This message is of a journey."))
    return fetch(work, Campaign, message.campaign_id)


def _offered(work: UnitOfWork, campaign: Campaign, text: str) -> list[tuple[UUID, str]]:
    those = select(Party.id, Party.name).where(audience(work, campaign))
    if text:
        those = those.where(Party.id.in_(matching(PARTY, text)))
    rows = work.session.execute(visible(work, those.order_by(Party.name)).limit(_OFFERED))
    return [(row[0], row[1]) for row in rows]
