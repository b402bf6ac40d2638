"""What other modules may ask of a party by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, Select, String, cast, func, literal, select, type_coerce

from core.companies import Company
from core.db.types import UtcDateTime
from core.traits import Shape, Trait
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.sales.models import LostReason, Opportunity, Order
from modules.sales.rules import OrderState
from modules.sales.rules.opportunities import OpportunityState

_FIRM = Order.state.in_((OrderState.CONFIRMED, OrderState.COMPLETED, OrderState.CLOSED_SHORT))
_OPEN = Opportunity.state.in_((OpportunityState.OPEN, OpportunityState.ON_HOLD))


def _orders(_work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    return select(Order.customer_id, func.count()).where(_FIRM).group_by(Order.customer_id)


def _last_order(work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """Noon of its day, since a day is no moment."""
    last = func.max(Order.ordered_on)
    if work.session.get_bind().dialect.name == "sqlite":
        at = type_coerce(cast(last, String) + literal(" 12:00:00.000000"), UtcDateTime())
    else:
        noon = cast(last, DateTime()) + func.make_interval(0, 0, 0, 0, 12)
        at = type_coerce(func.timezone("UTC", noon), UtcDateTime())
    return select(Order.customer_id, at).where(_FIRM).group_by(Order.customer_id)


def _open_opportunities(_work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    party = Opportunity.party_id
    return select(party, func.count()).where(_OPEN).group_by(party)


def _open_amount(_work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """In the company's own currency: amounts of others are not added to it."""
    own = Company.id == Opportunity.company_id, Company.currency == Opportunity.currency
    amounts = select(Opportunity.party_id, func.sum(Opportunity.expected)).join(Company, own[0])
    filled = amounts.where(_OPEN, own[1], Opportunity.expected.is_not(None))
    return filled.group_by(Opportunity.party_id)


def _lost_to(_work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    lost = Opportunity.state == OpportunityState.LOST
    named = select(Opportunity.party_id, Opportunity.competitor).where(lost)
    return named.where(Opportunity.competitor != "").distinct()


def _lost_because(_work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    reasons = select(Opportunity.party_id, LostReason.name)
    joined = reasons.join(LostReason, LostReason.id == Opportunity.lost_reason_id)
    return joined.where(Opportunity.state == OpportunityState.LOST).distinct()


def _trait(name: str, title: str, shape: Shape, *, read: Any, many: bool = False) -> Trait:
    return Trait(
        name=f"sales.{name}",
        title=title,
        subject=PARTY,
        shape=shape,
        select=read,
        permission="sales.read",
        many=many,
    )


TRAITS = (
    _trait("orders", _l("Orders"), Shape.NUMBER, read=_orders),
    _trait("last_order", _l("Last order"), Shape.MOMENT, read=_last_order),
    _trait("open_opportunities", _l("Open opportunities"), Shape.NUMBER, read=_open_opportunities),
    _trait("open_amount", _l("Open opportunities, amount"), Shape.MONEY, read=_open_amount),
    _trait("lost_to", _l("Lost to"), Shape.TEXT, read=_lost_to, many=True),
    _trait("lost_because", _l("Lost because of"), Shape.TEXT, read=_lost_because, many=True),
)
