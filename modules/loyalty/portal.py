"""Points, tier and vouchers as their member sees them in the portal."""

from __future__ import annotations

from flask import render_template
from sqlalchemy import select

from core.portal import Customer, Item, Items, Section, Typed
from core.web import formats
from core.web.atoms import state
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.work import UnitOfWork
from modules.loyalty.chips import STANDING, VOUCHER
from modules.loyalty.models import Voucher
from modules.loyalty.rules.states import MemberState
from modules.loyalty.services.showing import find_member

_SHOWN = 50


def points(customer: Customer, _after: str | None, _typed: Typed | None, work: UnitOfWork) -> Items:
    """Above the balance and the way to the next tier, below it the vouchers."""
    whole = find_member(work, customer.party_id)
    if whole is None or whole.member.state is not MemberState.ACTIVE:
        return Items(items=())
    above = render_template("loyalty/portal_points.html", whole=whole, standings=STANDING)
    held = (
        select(Voucher)
        .where(Voucher.member_id == whole.member.id)
        .order_by(Voucher.id.desc())
        .limit(_SHOWN)
    )
    items = [
        Item(
            title=voucher.code,
            quiet=_("Until %(day)s", day=formats.day(voucher.expires_on)),
            states=state(voucher.state, VOUCHER),
        )
        for voucher in work.session.scalars(held)
    ]
    return Items(items=items, above=above)


SECTIONS = (
    Section(
        name="points",
        title=_l("Points"),
        icon="star",
        empty=_l("As a member of our programme you see your points here."),
        items=points,
        order=50,
    ),
)
