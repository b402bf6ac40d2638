"""The company's policy on quotations, and the discount limits of roles and people."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from core.api.fields import UnitPrice
from core.companies import home
from core.errors import Invalid
from core.requests import reading, writing
from core.security.guard import requires
from core.security.models import User
from core.web.forms import Form, Stored, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.sales.models import SalesPolicy
from modules.sales.pages.quotation_blueprint import blueprint
from modules.sales.rules.quotations import Policy
from modules.sales.services.quotations.policy import (
    PolicyFields,
    change_policy,
    limits_by_role,
    limits_by_user,
    policy_of,
    set_limit,
)

_WAYS = {Policy.WARN: _l("Say so, and send"), Policy.BLOCK: _l("Do not send")}
_NAMES = tuple(asdict(PolicyFields()))


class PolicyForm(Schema):
    valid_days = fields.Integer(
        required=True, validate=validate.Range(1, 3650), metadata={"title": _l("Valid for, days")}
    )
    discount_limit = UnitPrice(
        required=True,
        least=0,
        metadata={
            "title": _l("Discount anybody may give, per cent"),
            "help": _l("Below the ERP's price for the customer. More has to be approved."),
        },
    )
    by_role = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        metadata={
            "title": _l("Other limits, by role"),
            "help": _l("One per line, in per cent: Salesperson = 15"),
        },
    )
    by_user = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        metadata={
            "title": _l("Other limits, by person"),
            "help": _l("One per line, in per cent: ada@example.com = 20"),
        },
    )
    price_age_h = fields.Integer(
        required=True,
        validate=validate.Range(1, 8760),
        metadata={"title": _l("Prices may be old by, hours")},
    )
    stock_age_h = fields.Integer(
        required=True,
        validate=validate.Range(1, 8760),
        metadata={"title": _l("Stock may be old by, hours")},
    )
    old_facts = fields.Enum(
        Policy,
        by_value=True,
        required=True,
        metadata={"title": _l("When they are older"), "choices": _WAYS},
    )
    credit = fields.Enum(
        Policy,
        by_value=True,
        required=True,
        metadata={
            "title": _l("When the customer is overdue, or the credit does not cover it"),
            "choices": _WAYS,
        },
    )


@blueprint.route("/policy", methods=["GET", "POST"])
@requires("sales.policy")
def policy() -> ResponseReturnValue:
    stored, title, back = _stored(), _("Sales policy"), url_for(".index")
    path = [(_("Quotations"), back)]
    if request.method == "GET":
        form = Form(PolicyForm(), stored.values, stored.version)
        form.path = path
        return form_page(form, title=title, back=back)
    form = Form.sent(PolicyForm(), request.form)
    form.path = path

    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            company = home(work)
            by_role, by_user = _percents(data, "by_role"), _percents(data, "by_user")
            wanted = PolicyFields(**{name: data[name] for name in _NAMES})
            change_policy(work, company, wanted, version=form.version)
            people = _ids(work, by_user)
            for role in {*limits_by_role(work, company), *by_role}:
                set_limit(work, company, role, by_role.get(role))
            for user in {*limits_by_user(work, company), *people}:
                set_limit(work, company, user, people.get(user))
        return url_for(".policy")

    return submit(form, save, title=title, back=back, fresh=_stored)


def _stored() -> Stored:
    with reading() as work:
        company = home(work)
        found: SalesPolicy = policy_of(work, company)
        by_user = limits_by_user(work, company)
        rows = work.session.execute(select(User.id, User.email).where(User.id.in_(by_user)))
        emails = dict(rows.all())
        values = {name: getattr(found, name) for name in _NAMES}
        values["by_role"] = {
            role: _plain(percent) for role, percent in limits_by_role(work, company).items()
        }
        values["by_user"] = {emails[key]: _plain(percent) for key, percent in by_user.items()}
    return Stored(values, found.version)


def _percents(data: dict[str, Any], name: str) -> dict[str, Decimal]:
    try:
        return {key: Decimal(text) for key, text in data[name].items()}
    except ArithmeticError as error:
        words = {name: _("Write per cent as a number, like 12.5.")}
        raise Invalid(_("The policy can not be like this."), fields=words) from error


def _ids(work: UnitOfWork, by_email: dict[str, Decimal]) -> dict[Any, Decimal]:
    rows = work.session.execute(
        select(User.email, User.id).where(User.email.in_([key.casefold() for key in by_email]))
    )
    known = dict(rows.all())
    if unknown := [key for key in by_email if key.casefold() not in known]:
        words = _("Nobody signs in as %(names)s.", names=", ".join(unknown))
        raise Invalid(_("The policy can not be like this."), fields={"by_user": words})
    return {known[key.casefold()]: percent for key, percent in by_email.items()}


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")
