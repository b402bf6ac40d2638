"""The list of tickets: mine, nobody's, what is due soon, what is late."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row, select

from core.security.guard import requires
from core.security.models import User
from core.web.columns import link, made, moment, state, text
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.work import UnitOfWork
from modules.contacts.services.naming import name_of
from modules.service import words
from modules.service.services.settings import queues
from modules.service.services.showing import TICKETS
from modules.service.views.blueprint import READ, WRITE, blueprint

NEW = Action(title=_l("New ticket"), endpoint="service_pages.new", permission=WRITE)
_PICK = Markup(
    '<input class="form-check-input" type="checkbox" form="bulk" name="ticket" value="%s"'
    ' aria-label="%s">'
)


def colleagues(work: UnitOfWork) -> dict[str, str]:
    """Who may have a ticket, by id."""
    people = select(User.id, User.name).where(User.active).order_by(User.name).limit(500)
    return {str(key): name for key, name in work.session.execute(people)}


def queue_names(work: UnitOfWork) -> dict[str, str]:
    return {str(queue.id): queue.name for queue in queues(work)}


def _assignees(work: UnitOfWork) -> dict[str, str]:
    names = colleagues(work)
    mine = str(work.actor.id)
    first = {mine: _("Me")} if mine in names else {}
    return {**first, "nobody": _("Nobody"), **{k: n for k, n in names.items() if k != mine}}


def _who(row: Row[Any]) -> str:
    return row.party or row.contact or row.email or _("unknown")


def _pick(row: Row[Any]) -> Markup:
    return _PICK % (row.id, _("Select %(number)s", number=row.number))


def _late(row: Row[Any]) -> Markup:
    return words.due_chip(row.due_at, row.state)


LIST = ListPage(
    title=_l("Tickets"),
    listing=TICKETS,
    search=_l("Number, subject, words or customer"),
    columns=(
        link("number", _l("Ticket"), to="service_pages.ticket"),
        text("subject", _l("Subject")),
        made("party", _l("Customer"), _who),
        state("state", _l("State"), words.STATES),
        state("priority", _l("Priority"), words.PRIORITIES),
        made("due_at", _l("Due"), _late),
        text("assignee", _l("Assigned to")),
        moment("updated_at", _l("Changed")),
        made("id", _l("Select"), _pick),
    ),
    facets=(
        Facet("assignee_id", _l("Assigned to"), choices=_assignees),
        Facet("due", _l("Due"), choices={"soon": _l("Due soon"), "late": _l("Late")}),
        Facet("open", _l("Open"), choices={"true": _l("Open"), "false": _l("Ended")}),
        Facet("state", _l("State"), choices=labels(words.STATES)),
        Facet("kind", _l("Kind"), choices=labels(words.KINDS)),
        Facet("priority", _l("Priority"), choices=labels(words.PRIORITIES)),
        Facet("queue_id", _l("Queue"), choices=queue_names),
        Facet("channel", _l("Came by"), choices=labels(words.CHANNELS)),
        Facet("party_id", _l("Customer"), named=name_of),
    ),
    create=NEW,
    empty=Empty(
        _l("What customers ask stands here: by mail, by the web form, or entered by a colleague."),
        NEW,
    ),
    template="service/tickets.html",
)


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    return LIST.answer()
