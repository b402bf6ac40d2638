"""Single mails on their way: what went out, what did not, and sending it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from core.mail.listing import MAILS
from core.mail.models import FLOW, MailState
from core.mail.outbox import send_again
from core.requests import writing
from core.security.guard import requires
from core.web import columns
from core.web.atoms import Chip, Chips
from core.web.facets import Facet, labels
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Tone
from core.web.lists import Empty, ListPage

blueprint = Blueprint("mail_pages", __name__, url_prefix="/mails")
PERMISSION = "core.mail"

_STATES: Chips[MailState] = {
    MailState.WAITING: Chip(lazy("Waiting"), Tone.BLUE),
    MailState.SENDING: Chip(lazy("Being sent"), Tone.BLUE),
    MailState.SENT: Chip(lazy("Sent"), Tone.GREEN),
    MailState.IN_DOUBT: Chip(lazy("In doubt"), Tone.AMBER),
    MailState.FAILED: Chip(lazy("Not sent"), Tone.RED),
}


def _to(row: Row[Any]) -> str:
    return ", ".join(row.recipients)


def _again(row: Row[Any]) -> Markup | str:
    """Only where somebody has to decide: nothing is sent twice by itself."""
    if not FLOW.allows(row.state, MailState.WAITING) or row.state is MailState.SENDING:
        return ""
    # S704: our own template, which escapes what it shows.
    return Markup(render_template("mail/again.html", row=row))  # noqa: S704


PAGE = ListPage(
    title=lazy("Mails"),
    listing=MAILS,
    search=lazy("Subject"),
    columns=(
        columns.text("subject", lazy("Subject")),
        columns.made("recipients", lazy("To"), _to),
        columns.state("state", lazy("State"), _STATES),
        columns.text("error", lazy("What the server said")),
        columns.moment("made_at", lazy("Written")),
        columns.moment("sent_at", lazy("Sent")),
        columns.made("id", lazy("Decide"), _again),
    ),
    facets=(Facet("state", lazy("State"), choices=labels(_STATES)),),
    empty=Empty(lazy("Quotations, answers and confirmations that went by mail stand here.")),
)


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    return PAGE.answer()


@blueprint.post("/<uuid:key>/again")
@requires(PERMISSION)
def again(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        send_again(work, key)
    flash(_("It goes out once more."), "done")
    return redirect(url_for(".index"), 303)
