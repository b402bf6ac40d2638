"""A voucher is used once, whoever tries at the same time, and comes back with a cancelled order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.errors import Busy, NotFound, RuleBroken
from modules.loyalty.models import Voucher
from modules.loyalty.rules.states import VoucherKind, VoucherState
from modules.loyalty.services.redeeming import give_voucher, redeem
from modules.loyalty.services.vouchers import give_back_of_cancelled, take_off, use_voucher
from modules.sales.events import OrderCancelled
from modules.sales.models import Order
from modules.sales.services.orders import cancel_order, confirm_order, draft_order, get_order
from modules.sales.services.wishes import LineWish, OrderWish
from tests.modules.loyalty.shop import Shop

MakeProduct = Callable[..., UUID]
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def draft(shop: Shop, make_product: MakeProduct) -> Callable[[], UUID]:
    """A new draft of three bells for 10.01 each and a lamp for 5.00: 35.03 net."""
    make_product("BELL", "10.01")
    make_product("LAMP", "5.00")

    def make() -> UUID:
        ordered = {"BELL": Decimal(3), "LAMP": Decimal(1)}
        lines = tuple(LineWish(sku=sku, quantity=number) for sku, number in ordered.items())
        wish = OrderWish(customer_id=shop.customer, currency="EUR", lines=lines)
        made: list[Order] = []
        shop.do(lambda work: made.append(draft_order(work, wish)[0]))
        return made[0].id

    return make


def voucher(shop: Shop, **fields: Any) -> str:
    """The code of a voucher for 10 off, or as ``fields`` say, paid with 100 points."""
    reward = shop.reward(100, **fields)
    shop.paid("100")
    shop.later(days=20)
    member, made = shop.member, list[Voucher]()
    shop.do(lambda work: made.append(redeem(work, member.id, reward, key=str(reward))))
    return made[0].code


def net(shop: Shop, order_id: UUID) -> Decimal:
    with shop.host.read(system()) as work:
        return get_order(work, order_id).net


def stored(shop: Shop, code: str) -> Voucher:
    with shop.host.read(system()) as work:
        return work.session.scalars(select(Voucher).where(Voucher.code == code)).one()


def test_of_fifty_at_once_one_wins(shop: Shop, draft: Callable[[], UUID]) -> None:
    code = voucher(shop)
    orders = [draft() for _thread in range(50)]

    def attempt(order_id: UUID) -> bool:
        while True:
            try:
                shop.do(lambda work: use_voucher(work, code, order_id))
            except Busy:
                continue
            except RuleBroken:
                return False
            return True

    with ThreadPoolExecutor(50) as threads:
        won = list(threads.map(attempt, orders))
    assert won.count(True) == 1
    lowered = [order for order in orders if net(shop, order) == Decimal("25.03")]
    assert lowered == [orders[won.index(True)]] == [stored(shop, code).order_id]


@on_sqlite
def test_an_amount_is_taken_off_to_the_cent_and_put_back(
    shop: Shop, draft: Callable[[], UUID]
) -> None:
    code, order = voucher(shop), draft()
    shop.do(lambda work: use_voucher(work, code, order))
    shop.do(lambda work: use_voucher(work, code, order))  # told again
    assert net(shop, order) == Decimal("25.03")
    assert stored(shop, code).discount == 10
    second = draft()
    with pytest.raises(RuleBroken, match="used already"):
        shop.do(lambda work: use_voucher(work, code, second))
    used = stored(shop, code).id
    shop.do(lambda work: take_off(work, used, order))
    assert net(shop, order) == Decimal("35.03")
    assert stored(shop, code).state is VoucherState.OPEN


@on_sqlite
def test_per_cent_and_a_product_for_nothing(
    shop: Shop, draft: Callable[[], UUID], make_product: MakeProduct
) -> None:
    gift = make_product("GIFT", "8.00")
    percent = voucher(shop, kind=VoucherKind.PERCENT, value=Decimal(20))
    present = voucher(shop, kind=VoucherKind.PRODUCT, value=Decimal(), product_id=gift)
    order = draft()
    shop.do(lambda work: use_voucher(work, percent, order))
    assert net(shop, order) == Decimal("28.02")
    shop.do(lambda work: use_voucher(work, present, order))
    with shop.host.read(system()) as work:
        last = get_order(work, order).lines[-1]
    assert (last.sku, last.net, net(shop, order)) == ("GIFT", Decimal(), Decimal("28.02"))
    used = stored(shop, present).id
    shop.do(lambda work: take_off(work, used, order))
    with shop.host.read(system()) as work:
        assert [line.sku for line in get_order(work, order).lines] == ["BELL", "LAMP"]


@on_sqlite
def test_a_cancelled_order_gives_it_back_once(shop: Shop, draft: Callable[[], UUID]) -> None:
    code, order = voucher(shop), draft()
    shop.do(lambda work: use_voucher(work, code, order))
    shop.do(lambda work: confirm_order(work, order))
    used = stored(shop, code).id
    with pytest.raises(RuleBroken, match="cancel the order"):
        shop.do(lambda work: take_off(work, used, order))
    shop.do(lambda work: cancel_order(work, order))
    told = OrderCancelled(order_id=order, customer_id=shop.customer, number="SO")
    for _time in range(2):
        shop.do(lambda work: give_back_of_cancelled(told, work))
    assert stored(shop, code).state is VoucherState.OPEN
    again = draft()
    shop.do(lambda work: use_voucher(work, code, again))
    shop.do(lambda work: give_back_of_cancelled(told, work))  # the old order's, told late
    assert stored(shop, code).order_id == again


@on_sqlite
def test_whose_and_how_long(shop: Shop, draft: Callable[[], UUID]) -> None:
    code, order = voucher(shop, valid_days=30), draft()
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    with pytest.raises(RuleBroken, match="sign is wrong"):
        shop.do(lambda work: use_voucher(work, wrong, order))
    with pytest.raises(NotFound):
        shop.do(lambda work: use_voucher(work, "1111-1111-1111", order))
    shop.later(days=30)
    with pytest.raises(RuleBroken, match="not good any more"):
        shop.do(lambda work: use_voucher(work, code, order))


@on_sqlite
def test_a_program_earns_redeems_and_uses(
    shop: Shop, draft: Callable[[], UUID], api_client: FlaskClient
) -> None:
    reward, order = shop.reward(100), draft()

    def send(path: str, body: dict[str, object], *, status: int) -> Any:
        answer = api_client.post(f"/api/v1/loyalty/{path}", json=body)
        assert answer.status_code == status
        return answer.json

    mine = send("members", {"party_id": str(shop.customer)}, status=201)["id"]
    given: dict[str, object] = {"points": 150, "reason": "A late parcel", "key": "parcel-7"}
    wish: dict[str, object] = {"reward_id": str(reward), "key": "web-1"}
    for _time in range(2):
        assert send(f"members/{mine}/grants", given, status=200)["balance"] == 150
    for _time in range(2):
        bought = send(f"members/{mine}/redemptions", wish, status=201)
    used = {"code": bought["code"].lower().replace("-", " "), "order_id": str(order)}
    assert send("vouchers/use", used, status=200)["state"] == "used"
    send(f"members/{mine}/redemptions", {**wish, "key": "web-2"}, status=409)
    lines: Any = api_client.get(f"/api/v1/loyalty/postings?member_id={mine}").json
    entries = ("member", "escrow", "issued", "redeemed", "expired", "breakage")
    assert [sum(line[name] for name in entries) for line in lines["items"]] == [0, 0]


@on_sqlite
def test_a_present_costs_nothing(shop: Shop) -> None:
    reward = shop.reward(100)
    shop.paid("1")
    member = shop.member
    shop.do(lambda work: give_voucher(work, member.id, reward, key="birthday"))
    assert shop.balances() == {"escrow": 1, "issued": -1}
