"""Changing the programme, and its rules, tiers and rewards."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from core.companies import fetch
from core.errors import Invalid
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.services import products_by_sku
from modules.loyalty.models import EarningRule, Programme, Reward, Tier
from modules.loyalty.rules.states import Scope, VoucherKind

Part = TypeVar("Part", EarningRule, Tier, Reward)


def change_programme(
    work: UnitOfWork, programme_id: UUID, fields: Mapping[str, Any], *, version: int | None
) -> Programme:
    programme = fetch(work, Programme, programme_id, lock=True)
    check_version(programme, version)
    _put(programme, fields)
    work.session.flush()
    return programme


def save_rule(
    work: UnitOfWork, programme: Programme, rule: EarningRule | None, fields: Mapping[str, Any]
) -> EarningRule:
    """A new rule where ``rule`` is None."""
    values = dict(fields)
    values["product_id"] = _product(
        work, programme, values.pop("sku"), needed=values["scope"] is Scope.PRODUCT
    )
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        raise Invalid(
            _("The rule can not be saved so."),
            fields={"ends_on": _("It ends before it begins.")},
        )
    return _save(work, programme, rule or EarningRule(currency=programme.currency), values)


def save_tier(
    work: UnitOfWork, programme: Programme, tier: Tier | None, fields: Mapping[str, Any]
) -> Tier:
    """A new tier where ``tier`` is None. Members are moved as their points or days come."""
    same = select(Tier.id).where(
        Tier.programme_id == programme.id, Tier.threshold == fields["threshold"]
    )
    found = work.session.scalar(same)
    if found is not None and (tier is None or tier.id != found):
        raise Invalid(
            _("The tier can not be saved so."),
            fields={"threshold": _("Another tier is reached with as many points.")},
        )
    return _save(work, programme, tier or Tier(), dict(fields))


def save_reward(
    work: UnitOfWork, programme: Programme, reward: Reward | None, fields: Mapping[str, Any]
) -> Reward:
    """A new reward where ``reward`` is None; vouchers that are out stay as they were."""
    values = dict(fields)
    is_product = values["kind"] is VoucherKind.PRODUCT
    values["product_id"] = _product(work, programme, values.pop("sku"), needed=is_product)
    if problem := _worth_problem(values["kind"], values["value"]):
        raise Invalid(_("The reward can not be saved so."), fields={"value": problem})
    return _save(work, programme, reward or Reward(), values)


def _worth_problem(kind: VoucherKind, value: Decimal) -> str:
    if kind is VoucherKind.PERCENT and not 0 < value <= 100:
        return _("Between 0 and 100 per cent.")
    if kind is VoucherKind.AMOUNT and value <= 0:
        return _("More than nothing.")
    return ""


def _product(work: UnitOfWork, programme: Programme, sku: str, *, needed: bool) -> UUID | None:
    sku = sku.strip()
    if not needed:
        return None
    if (found := products_by_sku(work, programme.company_id, [sku]).get(sku)) is None:
        raise Invalid(
            _("There is no such product."),
            fields={"sku": _("There is no product %(sku)s for sale.", sku=sku or "?")},
        )
    return found.id


def _save(work: UnitOfWork, programme: Programme, part: Part, values: Mapping[str, Any]) -> Part:
    part.company_id, part.programme_id = programme.company_id, programme.id
    _put(part, values)
    work.session.add(part)
    work.session.flush()
    return part


def _put(record: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
