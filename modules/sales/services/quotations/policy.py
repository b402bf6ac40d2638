"""The company's policy on quotations, and how much somebody may give away alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import visible
from core.errors import Invalid
from core.security.models import UserRole
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.models import DiscountLimit, SalesPolicy
from modules.sales.rules.pricing import discount_limit
from modules.sales.rules.quotations import Policy

#: For who decides on the discounts of others, unless a limit is set for them.
_NO_LIMIT = Decimal(100)
APPROVE = "sales.approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFields:
    valid_days: int = 30
    discount_limit: Decimal = Decimal(10)
    price_age_h: int = 24
    stock_age_h: int = 24
    old_facts: Policy = Policy.BLOCK
    credit: Policy = Policy.WARN


def policy_of(work: UnitOfWork, company_id: UUID) -> SalesPolicy:
    """As somebody set it, else the defaults, which are in no table then."""
    found = work.session.scalar(select(SalesPolicy).where(SalesPolicy.company_id == company_id))
    return found or SalesPolicy(company_id=company_id, version=0, **asdict(PolicyFields()))


def change_policy(
    work: UnitOfWork, company_id: UUID, fields: PolicyFields, *, version: int | None
) -> SalesPolicy:
    policy = policy_of(work, company_id)
    check_version(policy, version)
    if not 0 <= fields.discount_limit <= _NO_LIMIT:
        raise Invalid(
            _("The policy can not be like this."),
            fields={"discount_limit": _("Between 0 and 100 per cent.")},
        )
    for name, value in asdict(fields).items():
        setattr(policy, name, value)
    if policy.version == 0:
        policy.version = 1
    policy.updated_at = utcnow()
    work.session.add(policy)
    work.session.flush()
    return policy


def limits_by_role(work: UnitOfWork, company_id: UUID) -> Mapping[str, Decimal]:
    statement = select(DiscountLimit.role, DiscountLimit.percent).where(
        DiscountLimit.company_id == company_id, DiscountLimit.role.is_not(None)
    )
    rows = work.session.execute(visible(work, statement))
    return {role: percent for role, percent in rows if role is not None}


def limits_by_user(work: UnitOfWork, company_id: UUID) -> Mapping[UUID, Decimal]:
    statement = select(DiscountLimit.user_id, DiscountLimit.percent).where(
        DiscountLimit.company_id == company_id, DiscountLimit.user_id.is_not(None)
    )
    rows = work.session.execute(visible(work, statement))
    return {user: percent for user, percent in rows if user is not None}


def set_limit(
    work: UnitOfWork, company_id: UUID, whose: UUID | str, percent: Decimal | None
) -> None:
    """Of a user (by id) or a role (by name); None takes the limit away."""
    by_user = isinstance(whose, UUID)
    mine = DiscountLimit.user_id == whose if by_user else DiscountLimit.role == whose
    found = work.session.scalar(
        select(DiscountLimit).where(DiscountLimit.company_id == company_id, mine)
    )
    if percent is None:
        if found is not None:
            work.session.delete(found)
        return
    if not 0 <= percent <= _NO_LIMIT:
        raise Invalid(_("The limit can not be like this."), fields={"percent": _("0 to 100.")})
    if found is None:
        found = DiscountLimit(company_id=company_id, percent=percent)
        found.user_id, found.role = (whose, None) if isinstance(whose, UUID) else (None, whose)
        work.session.add(found)
    found.percent = percent


def limit_of(work: UnitOfWork, company_id: UUID) -> Decimal:
    """Per cent below the ERP's prices that whoever acts may give away alone."""
    decides = work.actor.may(APPROVE)
    default = _NO_LIMIT if decides else policy_of(work, company_id).discount_limit
    if work.actor.id is None:
        return default
    roles = work.session.scalars(select(UserRole.role).where(UserRole.user_id == work.actor.id))
    own = limits_by_user(work, company_id).get(work.actor.id)
    return discount_limit(own, limits_by_role(work, company_id), roles.all(), default=default)
