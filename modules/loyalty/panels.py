"""What loyalty shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.work import UnitOfWork
from modules.loyalty.chips import MEMBER, STANDING, VOUCHER
from modules.loyalty.services.showing import can_redeem, find_member, may_join
from modules.loyalty.services.vouchers import on_order, usable_on
from modules.sales.rules import OrderState
from modules.sales.services.orders import get_order


def customer_points(party_id: UUID, work: UnitOfWork) -> str:
    """Balance, tier and progress; the way to join for who is no member yet."""
    whole = find_member(work, party_id)
    if whole is None and not may_join(work, party_id):
        return ""
    return render_template(
        "loyalty/customer.html",
        whole=whole,
        party_id=party_id,
        members=MEMBER,
        standings=STANDING,
        can_redeem=whole is not None and can_redeem(whole),
    )


def order_vouchers(order_id: UUID, work: UnitOfWork) -> str:
    """Vouchers used on the order; on a draft, those that could be, and a field for a code."""
    order = get_order(work, order_id)
    used, is_draft = on_order(work, order_id), order.state is OrderState.DRAFT
    usable = usable_on(work, order) if is_draft else []
    if not used and not usable and not is_draft:
        return ""
    return render_template(
        "loyalty/order.html",
        order=order,
        used=used,
        usable=usable,
        is_draft=is_draft,
        chips=VOUCHER,
    )
