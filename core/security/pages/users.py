"""Users: who may sign in, with which roles, for which companies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from core.api.listing import Listing
from core.companies import Company, fetch
from core.requests import reading, writing
from core.security.accounts import (
    Person,
    all_roles,
    companies_of,
    create_user,
    edit_user,
    new_password_hash,
    roles_of,
    set_password,
)
from core.security.guard import requires
from core.security.models import User
from core.security.pages.choices import Choices, schema
from core.security.passwords import initial_password
from core.web import columns
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.lists import Action, Empty, ListPage
from core.work import UnitOfWork

blueprint = Blueprint("users_pages", __name__, url_prefix="/settings/users")
PERMISSION = "core.users"

_NEW = Action(title=lazy("New user"), endpoint="users_pages.new", permission=PERMISSION)
_USERS = User.__table__
PAGE = ListPage(
    title=lazy("Users"),
    listing=Listing(
        name="users",
        statement=select(
            _USERS.c.id, _USERS.c.name, _USERS.c.email, _USERS.c.active, _USERS.c.created_at
        ),
        sorts={"name": _USERS.c.name, "email": _USERS.c.email, "created_at": _USERS.c.created_at},
        default="name",
        filters={"active": _USERS.c.active},
    ),
    columns=(
        columns.link("name", lazy("Name"), to="users_pages.edit"),
        columns.text("email", lazy("E-mail")),
        columns.flag("active", lazy("May sign in")),
        columns.moment("created_at", lazy("Since")),
    ),
    empty=Empty(lazy("People who may sign in appear here."), first=_NEW),
    create=_NEW,
    template="security/users.html",
)


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    return PAGE.answer()


@blueprint.get("/new")
@requires(PERMISSION)
def new() -> ResponseReturnValue:
    with reading() as work:
        asked = _Asked(work)
    form = Form(asked.schema, stored=asked.companies.stored(asked.companies.options))
    return form_page(_on_path(form), title=_("New user"), back=url_for(".index"), save=_("Add"))


@blueprint.post("/new")
@requires(PERMISSION)
def add() -> ResponseReturnValue:
    """The initial password is on the answer itself: it is not kept to be shown again."""
    with reading() as work:
        asked = _Asked(work)
    form = Form.sent(asked.schema, request.form)
    password = initial_password()
    made: list[str] = []

    def save(data: dict[str, Any]) -> str:
        person = asked.person(data)
        password_hash = new_password_hash(password, person.email)
        with writing() as work:
            made.append(create_user(work, person, password_hash).email)
        return url_for(".index")

    answer = submit(form, save, title=_("New user"), back=url_for(".index"))
    return _shown_once(made[0], password) if made else answer


@blueprint.get("/<uuid:key>")
@requires(PERMISSION)
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        asked, user = _Asked(work, known=True), fetch(work, User, key)
        stored = asked.stored(work, user)
    form = _on_path(Form(asked.schema, stored.values, stored.version))
    return _edit_page(form, user)


@blueprint.post("/<uuid:key>")
@requires(PERMISSION)
def change(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        asked, user = _Asked(work, known=True), fetch(work, User, key)
    form = _on_path(Form.sent(asked.schema, request.form))

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            edit_user(work, key, form.version or 0, asked.person(data, user))
        return url_for(".index")

    def fresh() -> Stored:
        with reading() as work:
            return asked.stored(work, fetch(work, User, key))

    return submit(form, save, title=user.name, back=url_for(".index"), fresh=fresh)


@blueprint.post("/<uuid:key>/password")
@requires(PERMISSION)
def new_password(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        email = fetch(work, User, key).email
    password = initial_password()
    password_hash = new_password_hash(password, email)
    with writing() as work:
        set_password(work, key, password_hash)
    return _shown_once(email, password)


def _on_path(form: Form) -> Form:
    form.path = [(_("Users"), url_for("users_pages.index"))]
    return form


def _edit_page(form: Form, user: User) -> str:
    crumbs = [*form.path, (user.name, "")]
    return render_template("security/user.html", form=form, user=user, crumbs=crumbs)


def _shown_once(email: str, password: str) -> str:
    crumbs = [(_("Users"), url_for("users_pages.index")), (email, "")]
    return render_template(
        "security/once.html",
        title=_("Password of %(email)s", email=email),
        secret=password,
        words=_("Give it to them in person or by phone. It is shown only now."),
        back=url_for("users_pages.index"),
        crumbs=crumbs,
    )


class _Asked:
    """What the form of a user asks, with the roles and companies there are."""

    def __init__(self, work: UnitOfWork, *, known: bool = False) -> None:
        titles = {name: _("Role: %(name)s", name=name) for name in all_roles(work)}
        companies = work.session.execute(select(Company.id, Company.name).order_by(Company.name))
        named = {str(key): _("Sees company: %(name)s", name=name) for key, name in companies}
        self.roles, self.companies = Choices("role", titles), Choices("company", named)
        parts: dict[str, fields.Field[Any]] = {
            "name": _text(lazy("Name"), 200),
            "email": fields.Email(required=True, metadata={"title": lazy("E-mail")}),
            "timezone": fields.String(
                load_default="UTC",
                metadata={"title": lazy("Time zone"), "help": lazy("Like Europe/Berlin.")},
            ),
        }
        if known:
            parts["active"] = fields.Boolean(metadata={"title": lazy("May sign in")})
        self.schema: Schema = schema(parts, self.roles, self.companies)

    def person(self, data: dict[str, Any], user: User | None = None) -> Person:
        """``user``: as they are now, for what the form does not ask."""
        companies = sorted(UUID(key) for key in self.companies.chosen(data))
        home = user.home_company_id if user else None
        return Person(
            email=data["email"],
            name=data["name"],
            roles=self.roles.chosen(data),
            companies=frozenset(companies),
            company_id=home if home in companies else next(iter(companies), None),
            language=user.language if user else "",
            timezone=data["timezone"],
            active=data.get("active", True),
        )

    def stored(self, work: UnitOfWork, user: User) -> Stored:
        values: dict[str, Any] = {
            "name": user.name,
            "email": user.email,
            "timezone": user.timezone,
            "active": user.active,
        }
        values |= self.roles.stored(roles_of(work, user.id))
        values |= self.companies.stored(map(str, companies_of(work, user.id)))
        return Stored(values, user.version)


def _text(title: str, largest: int) -> fields.String:
    return fields.String(
        required=True, validate=validate.Length(1, largest), metadata={"title": title}
    )
