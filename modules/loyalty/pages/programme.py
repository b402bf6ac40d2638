"""The programme: its terms, rules, tiers and rewards, each changed in a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from core.companies import Company, fetch, home
from core.requests import reading, writing
from core.security.guard import requires
from core.versions import check_version
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.loyalty.chips import ENROLMENTS, KINDS, SCOPES
from modules.loyalty.models import EarningRule, Programme, Reward, Tier
from modules.loyalty.pages.blueprint import READ, SET_UP, blueprint
from modules.loyalty.pages.forms import ProgrammeForm, RuleForm, TierForm, reward_form
from modules.loyalty.services.programmes import (
    programme_of,
    rewards_of,
    rules_of,
    set_up,
    the_programme,
    tiers_of,
)
from modules.loyalty.services.setting_up import (
    change_programme,
    save_reward,
    save_rule,
    save_tier,
)

Part = EarningRule | Tier | Reward


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of part the programme has, and how its form reads and saves it."""

    model: type[EarningRule] | type[Tier] | type[Reward]
    new: str
    edit: str
    form: Callable[[UnitOfWork, Programme], Schema]
    save: Callable[..., Part]
    first: Mapping[str, Any]


def _reward_form(work: UnitOfWork, programme: Programme) -> Schema:
    return reward_form({str(tier.id): tier.name for tier in tiers_of(work, programme.id)})


KINDS_OF_PARTS = {
    "rules": Kind(
        model=EarningRule,
        new=_l("New earning rule"),
        edit=_l("Edit the rule %(name)s"),
        form=lambda _work, _programme: RuleForm(),
        save=save_rule,
        first={"scope": "amount", "points": 1, "minimum": 0, "active": True},
    ),
    "tiers": Kind(
        model=Tier,
        new=_l("New tier"),
        edit=_l("Edit the tier %(name)s"),
        form=lambda _work, _programme: TierForm(),
        save=save_tier,
        first={"earn_percent": 100},
    ),
    "rewards": Kind(
        model=Reward,
        new=_l("New reward"),
        edit=_l("Edit the reward %(name)s"),
        form=_reward_form,
        save=save_reward,
        first={"kind": "amount", "valid_days": 180, "active": True},
    ),
}


@blueprint.get("/programme")
@requires(READ)
def programme() -> ResponseReturnValue:
    with reading() as work:
        found = programme_of(work, home(work))
        context = _context(work, found) if found else {}
    return render_template(
        "loyalty/programme.html",
        programme=found,
        scopes=SCOPES,
        kinds=KINDS,
        enrolments=ENROLMENTS,
        crumbs=[(_("Loyalty"), url_for(".index")), (_("Programme"), "")],
        **context,
    )


@blueprint.post("/programme/begin")
@requires(SET_UP)
def begin() -> ResponseReturnValue:
    with writing() as work:
        set_up(work, work.session.get_one(Company, home(work)))
    flash(_("The programme is there: check its terms, then add tiers and rewards."), "done")
    return redirect(url_for(".programme"), 303)


@blueprint.route("/programme/edit", methods=["GET", "POST"])
@requires(SET_UP)
def edit_programme() -> ResponseReturnValue:
    with reading() as work:
        found = the_programme(work, home(work))
    title, back = _("Terms of the programme"), url_for(".programme")
    if request.method == "GET":
        form = Form(ProgrammeForm(), _values(found, ProgrammeForm()), found.version)
        return form_page(form, title=title, back=back)
    form = Form.sent(ProgrammeForm(), request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_programme(work, found.id, data, version=form.version)
        return back

    def fresh() -> Stored:
        with reading() as work:
            now = the_programme(work, home(work))
        return Stored(_values(now, ProgrammeForm()), now.version)

    return submit(form, save, title=title, back=back, fresh=fresh)


@blueprint.route("/programme/<name>/new", methods=["GET", "POST"])
@requires(SET_UP)
def new_part(name: str) -> ResponseReturnValue:
    kind = _kind(name)
    with reading() as work:
        found = the_programme(work, home(work))
        schema = kind.form(work, found)
    title, back = _(kind.new), url_for(".programme", _anchor=name)
    if request.method == "GET":
        return form_page(Form(schema, stored=kind.first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            kind.save(work, the_programme(work, home(work)), None, data)
        return back

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


@blueprint.route("/programme/<name>/<uuid:key>", methods=["GET", "POST"])
@requires(SET_UP)
def edit_part(name: str, key: UUID) -> ResponseReturnValue:
    kind = _kind(name)
    with reading() as work:
        part = fetch(work, kind.model, key)
        schema = kind.form(work, work.session.get_one(Programme, part.programme_id))
        stored = _part_values(work, part, schema)
    title = _(kind.edit, name=part.name)
    back = url_for(".programme", _anchor=name)
    if request.method == "GET":
        return form_page(Form(schema, stored, part.version), title=title, back=back)
    form = Form.sent(schema, request.form)

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            now = fetch(work, kind.model, key, lock=True)
            check_version(now, form.version)
            kind.save(work, work.session.get_one(Programme, now.programme_id), now, data)
        return back

    def fresh() -> Stored:
        with reading() as work:
            now = fetch(work, kind.model, key)
            return Stored(_part_values(work, now, schema), now.version)

    return submit(form, save, title=title, back=back, fresh=fresh)


def _kind(name: str) -> Kind:
    if name not in KINDS_OF_PARTS:
        abort(404)
    return KINDS_OF_PARTS[name]


def _context(work: UnitOfWork, programme: Programme) -> dict[str, Any]:
    rules, rewards = rules_of(work, programme.id), rewards_of(work, programme.id)
    tiers = tiers_of(work, programme.id)
    wanted = {rule.product_id for rule in rules} | {reward.product_id for reward in rewards}
    found = select(Product).where(Product.id.in_(wanted - {None}))
    products = {product.id: product for product in work.session.scalars(found)}
    return {
        "rules": rules,
        "tiers": tiers,
        "rewards": rewards,
        "products": products,
        "tier_names": {tier.id: tier.name for tier in tiers},
    }


def _values(record: object, schema: Schema) -> dict[str, Any]:
    return {name: getattr(record, name) for name in schema.load_fields if name != "sku"}


def _part_values(work: UnitOfWork, part: Part, schema: Schema) -> dict[str, Any]:
    values = _values(part, schema)
    product_id = getattr(part, "product_id", None)
    if "sku" in schema.load_fields:
        product = work.session.get(Product, product_id) if product_id else None
        values["sku"] = product.sku if product else ""
    return values
