"""A voucher on an order: once, whoever tries at the same time; back when the order falls."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core.clock import utcnow
from core.companies import visible
from core.errors import NotFound, RuleBroken
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.loyalty.models import Member, Voucher
from modules.loyalty.rules import codes
from modules.loyalty.rules.discounts import Line, by_percent, lowered
from modules.loyalty.rules.states import VOUCHER_FLOW, MemberState, VoucherKind, VoucherState
from modules.loyalty.services.members import tell
from modules.loyalty.services.programmes import day_of
from modules.sales.events import OrderCancelled, OrderCancelledThere
from modules.sales.models import Order
from modules.sales.rules import OrderState
from modules.sales.services.orders import change_order, get_order
from modules.sales.services.wishes import LineWish, OrderWish

#: Vouchers an order's page offers.
_SHOWN = 10


def use_voucher(work: UnitOfWork, typed: str, order_id: UUID) -> Voucher:
    """Take the voucher's worth off the draft. Raise RuleBroken where it is not good for it."""
    order = get_order(work, order_id, lock=True)
    voucher = _by_code(work, typed)
    if voucher.order_id == order.id and voucher.state is VoucherState.USED:
        return voucher
    _good_for(work, voucher, order)
    net, listed = order.net, {line.position: (line.sku, line.unit_price) for line in order.lines}
    _change(work, order, _lines_with(work, voucher, order))
    voucher.prices = {
        str(line.position): [*map(str, listed[line.position]), str(line.unit_price)]
        for line in order.lines
        if line.position in listed
    }
    voucher.discount = max(Decimal(), net - order.net)
    voucher.state = VOUCHER_FLOW.step(voucher.state, VoucherState.USED)
    voucher.order_id, voucher.used_at = order.id, utcnow()
    work.session.flush()
    text = lazy("Voucher %(code)s used on order %(number)s")
    tell(work, _member(work, voucher), "voucher_used", text, code=voucher.code, number=order.number)
    return voucher


def take_off(work: UnitOfWork, voucher_id: UUID, order_id: UUID) -> Voucher:
    """Take the voucher off a draft: it is good again, and the prices are as they were."""
    order = get_order(work, order_id, lock=True)
    voucher = _locked(work, voucher_id)
    if voucher.order_id != order.id or voucher.state is not VoucherState.USED:
        raise RuleBroken(_("The voucher is not on this order any more."))
    if order.state is not OrderState.DRAFT:
        raise RuleBroken(_("Only a draft can do without its voucher; cancel the order instead."))
    _change(work, order, _lines_without(voucher, order))
    _free(work, voucher)
    return voucher


def give_back_of_cancelled(event: OrderCancelled, work: UnitOfWork) -> None:
    _give_back(work, event.order_id)


def give_back_of_cancelled_there(event: OrderCancelledThere, work: UnitOfWork) -> None:
    _give_back(work, event.order_id)


def on_order(work: UnitOfWork, order_id: UUID) -> list[Voucher]:
    """Vouchers used on the order, in the order they were."""
    used = select(Voucher).where(Voucher.order_id == order_id).order_by(Voucher.used_at)
    return list(work.session.scalars(visible(work, used)))


def _by_code(work: UnitOfWork, typed: str) -> Voucher:
    """Under lock: of all who come with this code, the others wait here and find it used."""
    code = codes.normal(typed)
    if not codes.is_whole(code):
        raise RuleBroken(
            _("“%(code)s” is no voucher's code: a sign is wrong or missing.", code=typed.strip()),
            fields={"code": _("Compare it with the voucher, sign by sign.")},
        )
    wanted = visible(work, select(Voucher).where(Voucher.code == code)).with_for_update()
    found = work.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no voucher %(code)s.", code=code))
    return found


def _locked(work: UnitOfWork, voucher_id: UUID) -> Voucher:
    wanted = visible(work, select(Voucher).where(Voucher.id == voucher_id)).with_for_update()
    found = work.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such voucher."))
    return found


def _good_for(work: UnitOfWork, voucher: Voucher, order: Order) -> None:
    member = _member(work, voucher)
    if voucher.state is VoucherState.USED:
        raise RuleBroken(_("Voucher %(code)s is used already.", code=voucher.code))
    if voucher.state is not VoucherState.OPEN or voucher.expires_on <= day_of(work):
        raise RuleBroken(_("Voucher %(code)s is not good any more.", code=voucher.code))
    if order.state is not OrderState.DRAFT:
        raise RuleBroken(_("A voucher is used on a draft; this order is firm already."))
    if member.party_id != order.customer_id:
        raise RuleBroken(_("Voucher %(code)s is another customer's.", code=voucher.code))
    if member.state is not MemberState.ACTIVE:
        raise RuleBroken(_("Only an active member uses vouchers."))
    if voucher.currency != order.currency or voucher.company_id != order.company_id:
        raise RuleBroken(
            _("Voucher %(code)s is for orders in %(c)s.", code=voucher.code, c=voucher.currency)
        )
    if not order.lines:
        raise RuleBroken(_("Order %(number)s has no lines yet.", number=order.number))


def _lines_with(work: UnitOfWork, voucher: Voucher, order: Order) -> list[LineWish]:
    if voucher.kind is VoucherKind.PRODUCT:
        product = work.session.get_one(Product, voucher.product_id)
        gift = LineWish(sku=product.sku, quantity=Decimal(1), unit_price=Decimal())
        return [*_as_they_are(order), gift]
    off = voucher.value
    if voucher.kind is VoucherKind.PERCENT:
        off = by_percent(order.net, voucher.value, order.currency)
    lines = [
        Line(quantity=line.quantity, unit_price=line.unit_price, net=line.net)
        for line in order.lines
    ]
    prices = lowered(lines, off, currency=order.currency)
    places = (line.position for line in order.lines)
    return _as_they_are(order, dict(zip(places, prices, strict=True)))


def _lines_without(voucher: Voucher, order: Order) -> list[LineWish]:
    """Prices nobody changed since go back; a line that is another by now stays as it is."""
    if voucher.kind is VoucherKind.PRODUCT:
        gifts = [
            line.position
            for line in order.lines
            if line.product_id == voucher.product_id and not line.unit_price
        ]
        return _as_they_are(order, without=gifts[-1:])
    restored = {}
    for line in order.lines:
        sku, before, after = voucher.prices.get(str(line.position), ("", "", ""))
        if sku == line.sku and after and Decimal(after) == line.unit_price:
            restored[line.position] = Decimal(before)
    return _as_they_are(order, restored)


def _as_they_are(
    order: Order, prices: Mapping[int, Decimal] | None = None, *, without: list[int] | None = None
) -> list[LineWish]:
    changed = prices or {}
    return [
        LineWish(
            sku=line.sku,
            quantity=line.quantity,
            unit_price=changed.get(line.position, line.unit_price),
            text=line.text,
        )
        for line in order.lines
        if line.position not in (without or [])
    ]


def _change(work: UnitOfWork, order: Order, lines: list[LineWish]) -> Order:
    wish = OrderWish(customer_id=order.customer_id, currency=order.currency, lines=tuple(lines))
    return change_order(work, order.id, wish, version=order.version)


def _free(work: UnitOfWork, voucher: Voucher) -> None:
    voucher.state = VOUCHER_FLOW.step(voucher.state, VoucherState.OPEN)
    voucher.order_id = voucher.used_at = None
    voucher.discount, voucher.prices = Decimal(), {}
    work.session.flush()


def _give_back(work: UnitOfWork, order_id: UUID) -> None:
    used = select(Voucher).where(Voucher.order_id == order_id, Voucher.state == VoucherState.USED)
    for voucher in work.session.scalars(used.order_by(Voucher.id).with_for_update()):
        _free(work, voucher)
        text = lazy("Voucher %(code)s is good again: its order was cancelled")
        tell(work, _member(work, voucher), "voucher_back", text, code=voucher.code)


def _member(work: UnitOfWork, voucher: Voucher) -> Member:
    return work.session.get_one(Member, voucher.member_id)


def usable_on(work: UnitOfWork, order: Order) -> list[Voucher]:
    """Vouchers of the customer that are good today, the first to expire first."""
    good = (
        select(Voucher)
        .join(Member, Member.id == Voucher.member_id)
        .where(
            Member.party_id == order.customer_id,
            Member.state == MemberState.ACTIVE,
            Voucher.state == VoucherState.OPEN,
            Voucher.expires_on > day_of(work),
        )
        .order_by(Voucher.expires_on, Voucher.id)
        .limit(_SHOWN)
    )
    return list(work.session.scalars(visible(work, good)))
