"""A module with a list, a record and a form: what the pages are tested with, and an example."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from core.errors import Busy, RuleBroken
from core.registry.manifest import MenuItem, Module, Panel, Permission
from core.requests import reading, writing
from core.security.guard import requires
from core.web.atoms import Chip
from core.web.columns import link, moment, money, quantity, state, text
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.light import Tone
from core.web.lists import Action, Empty, Facet, ListPage, labels
from core.web.slots import panels
from core.work import UnitOfWork
from tests.core.web.parcels.store import ParcelState, change, parcel, parcels

blueprint = Blueprint("parcels_pages", __name__, url_prefix="/parcels", template_folder="templates")

CHIPS = {
    ParcelState.PACKED: Chip(_l("Packed")),
    ParcelState.SENT: Chip(_l("Sent"), Tone.GREEN),
    ParcelState.LOST: Chip(_l("Lost"), Tone.RED),
}
NEW = Action(title=_l("New parcel"), endpoint="parcels_pages.new", permission="parcels.write")
LIST = ListPage(
    title=_l("Parcels"),
    listing=parcels,
    search=_l("Find a parcel"),
    columns=(
        link("name", _l("Parcel"), to="parcels_pages.show"),
        text("to", _l("To")),
        state("state", _l("State"), CHIPS),
        moment("sent_at", _l("Sent")),
        quantity("weight", _l("Weight")),
        money("worth", _l("Worth")),
    ),
    facets=(Facet("state", _l("State"), choices=labels(CHIPS)), Facet("to", _l("To"))),
    create=NEW,
    empty=Empty(_l("Parcels stand here from the moment they are packed."), NEW),
)


class ParcelFields(Schema):
    name = fields.String(
        required=True,
        validate=validate.Length(1, 60),
        metadata={"title": _l("Name"), "help": _l("As it stands on the label.")},
    )
    to = fields.String(required=True, metadata={"title": _l("To")})
    state = fields.Enum(
        ParcelState,
        by_value=True,
        required=True,
        metadata={
            "title": _l("State"),
            "choices": {key.value: chip.label for key, chip in CHIPS.items()},
        },
    )
    worth = fields.Decimal(required=True, metadata={"title": _l("Worth")})


class CarrierFields(Schema):
    """As a connector's settings: a secret, a flag, a map and a list."""

    address = fields.Url(required=True, metadata={"title": _l("Address")})
    password = fields.String(required=True, metadata={"title": _l("Password"), "secret": True})
    insured = fields.Boolean(load_default=True, metadata={"title": _l("Insured")})
    limit = fields.Integer(load_default=None, allow_none=True, metadata={"title": _l("Limit")})
    note = fields.String(metadata={"title": _l("Note"), "multiline": True})
    services = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"title": _l("Services")}
    )
    depots = fields.List(fields.String(), metadata={"title": _l("Depots")})


@blueprint.get("/")
@requires("parcels.read")
def index() -> ResponseReturnValue:
    return LIST.answer()


@blueprint.get("/<uuid:key>")
@requires("parcels.read")
def show(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = parcel(work, key)
        shown = panels("parcels.parcel", key, work)
    crumbs = [(_("Parcels"), url_for(".index")), (found.name, "")]
    return render_template(
        "parcels/parcel.html",
        parcel=found,
        panels=shown,
        chips=CHIPS,
        crumbs=crumbs,
        policy=timedelta(minutes=30),
        items=[{"at": found.sent_at, "title": _("Sent"), "icon": "truck", "who": "Mia"}],
    )


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires("parcels.write")
def edit(key: UUID) -> ResponseReturnValue:
    back, path = url_for(".show", key=key), [(_("Parcels"), url_for(".index"))]
    if request.method == "GET":
        stored = _stored(key)
        form = Form(ParcelFields(), stored=stored.values, version=stored.version, path=path)
        return form_page(form, title=_("Edit the parcel"), back=back)
    form = Form.sent(ParcelFields(), request.form)
    form.path = path

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change(work, key, data, version=form.version)
        return back

    return submit(form, save, title=_("Edit the parcel"), back=back, fresh=lambda: _stored(key))


def _stored(key: UUID) -> Stored:
    with reading() as work:
        found = parcel(work, key)
    names = ("name", "to", "state", "worth")
    return Stored({name: getattr(found, name) for name in names}, found.version)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("parcels.write")
def new() -> ResponseReturnValue:
    if request.method == "GET":
        return form_page(Form(CarrierFields()), title=_("New parcel"), back=url_for(".index"))
    form = Form.sent(CarrierFields(), request.form)
    return submit(form, _given, title=_("New parcel"), back=url_for(".index"))


def _given(data: dict[str, Any]) -> str:
    raise RuleBroken(f"Got {sorted(data.items())}.")


@blueprint.get("/trouble/<kind>")
@requires("parcels.read")
def trouble(kind: str) -> ResponseReturnValue:
    if kind == "busy":
        raise Busy("The parcels are being counted.")
    if kind == "rule":
        raise RuleBroken("A lost parcel can not be sent.")
    raise RuntimeError("for the log only")


def _weighed(_key: UUID, _work: UnitOfWork) -> str:
    return "<p>Weighed twice.</p>"


def _failing(_key: UUID, work: UnitOfWork) -> str:
    from sqlalchemy import text as sql  # noqa: PLC0415 - `text` is a column here

    work.session.execute(sql("SELECT * FROM nowhere"))
    return "never"


def _found(_key: UUID, _work: UnitOfWork) -> str:
    return f"<p>{_('Looked for parcels.')}</p>" if request.args["q"] == "parcel" else ""


def _late(_key: UUID, _work: UnitOfWork) -> str:
    return "<p>3 parcels are late.</p>"


_SLOTS = (
    ("parcels.parcel", _failing),
    ("parcels.parcel", _weighed),
    ("search", _found),
    ("home", _late),
)

module = Module(
    name="parcels",
    title="Parcels",
    summary="Boxes on their way.",
    permissions=(
        Permission(name="parcels.read", title="See parcels"),
        Permission(name="parcels.write", title="Change parcels"),
    ),
    blueprints=(blueprint,),
    menu=(
        MenuItem(
            title="Parcels",
            endpoint="parcels_pages.index",
            permission="parcels.read",
            icon="package",
            order=1,
        ),
    ),
    panels=tuple(
        Panel(
            slot=slot,
            title=f"{render.__name__[1:].capitalize()}",
            render=render,
            permission="parcels.read",
        )
        for slot, render in _SLOTS
    ),
)
