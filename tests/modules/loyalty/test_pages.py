"""The pages of loyalty in a browser: every width and scheme, nothing keeps anybody out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from modules.loyalty.services.redeeming import redeem
from tests.modules.loyalty.shop import Shop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

SignIn = Callable[[Page], None]


@pytest.fixture
def busy_shop(shop: Shop) -> Shop:
    """A member with everything: a tier, a next one, lots, a voucher and points in escrow."""
    shop.tier("Silver", 100, benefits="Free delivery.", price_list="Silver prices")
    shop.tier("Gold", 2000, earn_percent=150)
    reward = shop.reward(250)
    shop.paid("640")
    shop.later(days=20)
    shop.passed()
    member = shop.member
    shop.do(lambda work: redeem(work, member.id, reward, key="first"))
    shop.paid("99.50")
    return shop


def test_nothing_keeps_anybody_out(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    live: str,
    screen: object,
    busy_shop: Shop,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(screen)
    sign_in(page)
    member = busy_shop.member.id
    paths = (
        "/loyalty/",
        "/loyalty/programme",
        "/loyalty/programme/edit",
        "/loyalty/programme/rewards/new",
        "/loyalty/liability",
        "/loyalty/vouchers/",
        f"/loyalty/members/{member}",
        f"/loyalty/members/{member}/ledger",
        f"/loyalty/members/{member}/give",
        f"/contacts/{busy_shop.customer}",
    )
    for path in paths:
        page.goto(f"{live}{path}")
        assert axe(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} scrolls sideways"
