"""What loyalty knows of a party, for segments, service levels and prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from core.traits import Shape, Trait
from core.web.i18n import lazy as _
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.loyalty.models import Member, Tier
from modules.loyalty.rules.states import MemberState

READ = "loyalty.read"
_CURRENT = (MemberState.ACTIVE, MemberState.SUSPENDED)


def _tier(_work: UnitOfWork) -> Select[UUID, Any]:
    return (
        select(Member.party_id, Tier.name)
        .join(Tier, Tier.id == Member.tier_id)
        .where(Member.state.in_(_CURRENT))
    )


def _price_list(_work: UnitOfWork) -> Select[UUID, Any]:
    return (
        select(Member.party_id, Tier.price_list)
        .join(Tier, Tier.id == Member.tier_id)
        .where(Member.state == MemberState.ACTIVE, Tier.price_list != "")
    )


def _points(_work: UnitOfWork) -> Select[UUID, Any]:
    return select(Member.party_id, Member.balance).where(Member.state.in_(_CURRENT))


def _lifetime(_work: UnitOfWork) -> Select[UUID, Any]:
    return select(Member.party_id, Member.lifetime).where(Member.state.in_(_CURRENT))


def _tiers(work: UnitOfWork) -> Sequence[tuple[str, str]]:
    names = work.session.scalars(select(Tier.name).distinct().order_by(Tier.name).limit(100))
    return [(name, name) for name in names]


TRAITS = (
    Trait(
        name="loyalty.tier",
        title=_("Loyalty tier"),
        subject=PARTY,
        shape=Shape.CHOICE,
        select=_tier,
        permission=READ,
        choices=_tiers,
    ),
    Trait(
        name="loyalty.points",
        title=_("Loyalty points"),
        subject=PARTY,
        shape=Shape.NUMBER,
        select=_points,
        permission=READ,
    ),
    Trait(
        name="loyalty.lifetime",
        title=_("Loyalty points ever earned"),
        subject=PARTY,
        shape=Shape.NUMBER,
        select=_lifetime,
        permission=READ,
    ),
    Trait(
        name="loyalty.price_list",
        title=_("Price list by loyalty tier"),
        subject=PARTY,
        shape=Shape.TEXT,
        select=_price_list,
        permission=READ,
    ),
)
