"""The list of parties, and the one of those that were put away."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row, select

from core.api.listing import Listing
from core.companies import visible
from core.security.guard import requires
from core.security.models import User
from core.sync.models import Connection
from core.web.atoms import state
from core.web.columns import link, made, moment, text
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.work import OURSELVES, UnitOfWork
from modules.contacts import words
from modules.contacts.services.lists import ARCHIVED, CURRENT
from modules.contacts.views.blueprint import READ, WRITE, blueprint


def _roles(row: Row[Any]) -> Markup:
    held = (row.roles or "").split()
    return Markup(" ").join(state(role, words.ROLES) for role in sorted(held))


def _source(row: Row[Any]) -> str:
    return _("Tandem") if row.source == OURSELVES else str(row.source)


def colleagues(work: UnitOfWork) -> dict[str, str]:
    """Who may look after a party, by id."""
    people = select(User.id, User.name).where(User.active).order_by(User.name).limit(500)
    return {str(key): name for key, name in work.session.execute(people)}


def _sources(work: UnitOfWork) -> dict[str, str]:
    names = work.session.scalars(visible(work, select(Connection.name).order_by(Connection.name)))
    return {OURSELVES: _("Tandem"), **{name: name for name in names}}


NEW = Action(title=_l("New party"), endpoint="contacts_pages.new", permission=WRITE)


def _list(title: str, listing: Listing, empty: Empty) -> ListPage:
    return ListPage(
        title=title,
        listing=listing,
        search=_l("Name, number, e-mail, phone or city"),
        columns=(
            link("name", _l("Name"), to="contacts_pages.party"),
            made("roles", _l("Roles"), _roles),
            text("number", _l("Number")),
            text("email", _l("E-mail")),
            text("phone", _l("Phone")),
            text("city", _l("City")),
            text("owner", _l("Owner")),
            made("source", _l("Source"), _source),
            moment("updated_at", _l("Changed")),
        ),
        facets=(
            Facet("role", _l("Role"), choices=labels(words.ROLES)),
            Facet("kind", _l("Kind"), choices=words.choices(words.KINDS)),
            Facet("owner_id", _l("Owner"), choices=colleagues),
            Facet("source", _l("Source"), choices=_sources),
            Facet("active", _l("Shown"), choices={"false": _l("Archived")}),
            Facet("country", _l("Country")),
            Facet("city", _l("City")),
        ),
        create=NEW,
        empty=empty,
        template="contacts/parties.html",
    )


LIST = _list(
    _l("Contacts"),
    CURRENT,
    Empty(
        _l("Customers, suppliers and people stand here: those of your ERP, and those you add."), NEW
    ),
)
PUT_AWAY = _list(
    _l("Archived contacts"), ARCHIVED, Empty(_l("What you archive stands here and can come back."))
)


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    shown = PUT_AWAY if request.args.get("active") == "false" else LIST
    return shown.answer()
